import { throwIfAborted } from '../../../core/abort.ts'
import { type RgbImage, rgbImage } from '../../../core/image.ts'
import { STRIP_ROWS } from '../../../format/layout.ts'
import { type DecodedLayer, type DecodeOptions, openFile, openLatents, openPictures } from './layer-chain.ts'

/** Memory of a layer per pixel: samples of the picture, latents and scale indexes. */
const BYTES_PER_PIXEL = 11

/** A decoded layer from which a larger layer of the same file can be decoded. It holds only what layers above read. */
export class ResumableLayer {
  readonly #decoded: DecodedLayer

  constructor(decoded: DecodedLayer) {
    this.#decoded = decoded
  }

  /** Number of the layer. */
  get layer(): number {
    return this.#decoded.info.index
  }

  /** Approximate memory in bytes. */
  get bytes(): number {
    const { width, height } = this.#decoded.info
    return BYTES_PER_PIXEL * width * height
  }

  /** Hands the layer to one decode of a higher layer, which consumes it. */
  take(): DecodedLayer {
    return this.#decoded
  }

  /** Frees the memory. */
  close(): void {
    this.#decoded.picture.close()
  }
}

/**
 * Decodes a layer as `decodeRows` does, but starts from a decoded lower layer of the same file, and keeps the new layer
 * for the next call. Memory grows with the picture.
 * @param below consumed, even when decoding fails. @default none: decoding starts from the base
 * @returns the decoded layer
 * @throws StrataError as `decodeRows`
 */
export async function* resumeDecode(
  bytes: Uint8Array,
  options: DecodeOptions,
  below?: ResumableLayer,
): AsyncGenerator<RgbImage, ResumableLayer | undefined> {
  let layer: ResumableLayer | undefined
  const opened: { close(): void }[] = below ? [below] : []
  try {
    const file = await openFile(bytes, options)
    const decoded = below && below.layer < file.layer.index ? below.take() : undefined
    // The layer above will read contexts in a later call, so no latents are released before.
    const latents = await openLatents(bytes, file, options, ['pixels', 'context'], { decoded })
    const pictures = await openPictures(file, options, latents, decoded)
    opened.push(...pictures)
    const [picture, source] = [pictures.at(-1), latents.at(-1)]
    if (!picture || !source) return undefined
    for (let top = 0; top < picture.height; top += STRIP_ROWS) {
      const bottom = Math.min(top + STRIP_ROWS, picture.height)
      await picture.ensure(bottom)
      throwIfAborted(options.signal)
      yield rgbImage(picture.width, bottom - top, picture.rgb(top, bottom))
    }
    opened.pop()
    layer = new ResumableLayer({ info: file.layer, latents: source, picture })
  } finally {
    for (const part of opened) part.close()
  }
  return layer
}
