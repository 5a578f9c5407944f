import type { Rescaler } from '../../codec/rescaler.ts'
import { throwIfAborted } from '../../core/abort.ts'
import { concat } from '../../core/bytes.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { release } from '../../core/release.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import { createFramer, type FrameOptions } from '../../pixels/frame.ts'
import type { JpegKernel } from '../../pixels/jpeg/types.ts'
import { createJpegWriter } from '../../pixels/jpeg/writer.ts'
import type { TranscodeRequest } from './transcoder.ts'

/** Decodes one layer of a file, or of a prefix that holds it, into strips from top to bottom. They are the caller's. */
export type DecodeRows = (
  bytes: Uint8Array,
  options: { readonly layer: number; readonly signal?: AbortSignal },
) => AsyncIterable<RgbImage>

/** What a transcode is made of. */
export interface TranscodeParts {
  readonly decodeRows: DecodeRows
  /** Does the arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel
  /** Hides the detail of so many times the size. @default nothing is hidden */
  readonly rescaler?: (factor: number) => Promise<Pick<Rescaler, 'embed' | 'factor'> | undefined>
}

/**
 * A baseline JPEG of one layer, of a part of it or of it with bars, or of a fraction of its size that hides the layer.
 * Strips go straight into the writer, so of the layer's pixels only a few strips are in memory; the JPEG is collected,
 * so that a fault in the last strip still is an error and not half a picture.
 * @param prefix file bytes, at least [0, end[layer])
 * @throws StrataError PARAM_INVALID, FORMAT_*, ENTROPY_CORRUPT, MODEL_*, ABORTED
 */
export async function transcodeLayer(
  prefix: Uint8Array,
  request: TranscodeRequest,
  parts: TranscodeParts,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { layer, width, height, fit, quality, ht } = request
  const rescaler = ht === 1 ? undefined : await parts.rescaler?.(ht)
  if (ht !== (rescaler?.factor ?? 1)) throw invalidParam('ht', 'a factor there is a model for', ht)
  const header = readHeader(prefix)
  if (layer >= wholeLayers(header, prefix.length)) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `layer ${layer} is not wholly in the ${prefix.length} bytes sent`,
    )
  }
  const size = header.layers[layer] as LayerInfo
  checkSize(request, size, header.layers)
  const rows = stripsOf(parts.decodeRows(prefix, { layer, ...(signal && { signal }) }), signal)
  if (rescaler) return await rescaler.embed(rows, { high: size, low: { width, height }, quality, signal })
  const writer = createJpegWriter({ width, height, quality, subsampling: '420', kernel: parts.kernel })
  const framer = fit && createFramer({ ...frameOf(request), from: size, to: { width, height } })
  const jpeg: Uint8Array[] = []
  for await (const strip of rows) {
    const framed = framer ? framer.write(strip.data) : strip.data
    const ready = framed && writer.write(framed)
    if (ready !== undefined) jpeg.push(ready)
  }
  jpeg.push(writer.finish())
  return concat(jpeg)
}

function frameOf({ fit, background }: TranscodeRequest): Pick<FrameOptions, 'fit' | 'background'> {
  if (fit === 'cover') return { fit }
  if (background === undefined) return { fit: 'fill' }
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(background.slice(at, at + 2), 16))
  return { fit: 'pad', background: [r, g, b] }
}

/**
 * Without a box the size must be that of a layer; with one the layer must not be enlarged.
 * @throws StrataError PARAM_INVALID
 */
function checkSize(request: TranscodeRequest, layer: LayerInfo, layers: readonly LayerInfo[]): void {
  const { width, height, fit, background, ht } = request
  const isPadded = fit === 'contain' && background !== undefined
  if (fit !== undefined) {
    if (ht !== 1) throw invalidParam('ht', '1 with fit', ht)
    if (isPadded || (width <= layer.width && height <= layer.height)) return
    throw invalidParam('w and h', `at most ${layer.width}x${layer.height}`, `${width}x${height}`)
  }
  const sizes = layers.filter((shown) => (ht === 1 ? shown === layer : ht * (shown.width - 1) < layer.width))
  if (sizes.some((shown) => shown.width === width && shown.height === height)) return
  const expected = sizes.map((shown) => `${shown.width}x${shown.height}`).join(' or ')
  throw invalidParam(
    'w and h',
    `the size of a layer that ${layer.index} serves, ${expected}`,
    `${width}x${height}`,
  )
}

/** Strips whose memory is given back as soon as the next one is asked for. */
async function* stripsOf(rows: AsyncIterable<RgbImage>, signal?: AbortSignal): AsyncGenerator<RgbImage> {
  for await (const strip of rows) {
    throwIfAborted(signal)
    yield strip
    release(strip.data)
  }
}
