import { sumOfPixels } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import type { StrataHeader } from '../../format/types.ts'

/** Quantities that a page limits. */
export type Limit = 'bytes' | 'pixels' | 'layers' | 'seconds' | 'memory'

/** Bytes of an info JSON, whose largest part is the placeholder. */
export const MAX_INFO_BYTES = 256 * 1024
/** Pixels of one layer: two screens of 3840 x 2160. Decoding takes about 20 bytes of memory per pixel, the canvas 4. */
const MAX_PIXELS = 16e6
/** Width of a layer in pixels: memory grows with the width of a strip. */
const MAX_WIDTH = 8192
/** Pixels of all layers of one decode together. A pyramid of halves has a third more pixels than its largest layer. */
const MAX_DECODED_PIXELS = 24e6
const MAX_LAYERS = 8
/** Layers of more pixels are decoded in strips and not kept: their memory would grow with the whole picture. */
export const MAX_KEPT_PIXELS = 3e6
/** Pixels of a picture that is enlarged or restored. */
const MAX_RESTORED_PIXELS = 16e6

/** An input exceeds a limit of the page. */
export class LimitError extends StrataError {
  readonly limit: Limit

  constructor(limit: Limit, message: string) {
    super('INPUT_TOO_LARGE', message)
    this.limit = limit
  }
}

/**
 * @param layer to be decoded
 * @param held held layer from which decoding starts; -1 for none
 * @throws LimitError when decoding takes too many layers or pixels
 */
export function checkDecode({ layers }: Pick<StrataHeader, 'layers'>, layer: number, held = -1): void {
  const count = layer - held
  if (count > MAX_LAYERS)
    throw new LimitError('layers', `expected at most ${MAX_LAYERS} layers to decode, got ${count}`)
  const { width, height } = layers[layer]!
  const pixels = sumOfPixels(layers.slice(held + 1, layer + 1))
  if (width > MAX_WIDTH || width * height > MAX_PIXELS || pixels > MAX_DECODED_PIXELS) {
    const expected = `at most ${MAX_PIXELS} pixels, ${MAX_WIDTH} across, and ${MAX_DECODED_PIXELS} in all layers`
    throw new LimitError('pixels', `expected ${expected}, got ${width}x${height} and ${pixels} in all`)
  }
}

/** @throws LimitError when a picture enlarged by `factor` has too many pixels */
export function checkRestored(width: number, height: number, factor: number): void {
  const pixels = width * height * factor ** 2
  if (pixels > MAX_RESTORED_PIXELS)
    throw new LimitError(
      'pixels',
      `expected at most ${MAX_RESTORED_PIXELS} pixels when ${width}x${height} is enlarged ${factor} times`,
    )
}
