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
import type { CreateResampler } from '../../pixels/resample.ts'
import type { TranscodeRequest } from './transcoder.ts'

/**
 * Decodes one layer of a file, or of a prefix that holds it, into strips from top to bottom. The caller owns the
 * strips.
 */
export type DecodeRows = (
  bytes: Uint8Array,
  options: { readonly layer: number; readonly signal?: AbortSignal },
) => AsyncIterable<RgbImage>

/** The decoder, the JPEG kernel and the models that transcodeLayer works with. */
export interface TranscodeParts {
  readonly decodeRows: DecodeRows
  /** JPEG arithmetic. @default the TypeScript reference */
  readonly kernel?: JpegKernel
  /** Makes other sizes than a layer's. @default the TypeScript reference */
  readonly createResampler?: CreateResampler
  /** The model for this embed factor, undefined where there is none. @default no models */
  readonly rescaler?: (factor: number) => Promise<Pick<Rescaler, 'embed' | 'factor'> | undefined>
}

/**
 * Makes a baseline JPEG of one layer: whole, cropped, with bars around it, or at a fraction of its size with the
 * layer hidden in it. Strips go straight into the writer, so only a few of them are in memory at a time. The JPEG is
 * collected before it is returned, so that a fault in the last strip is an error and not half a picture.
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
  if (ht !== (rescaler?.factor ?? 1)) throw invalidParam('ht', 'a factor that a model is installed for', ht)
  const header = readHeader(prefix)
  if (layer >= wholeLayers(header, prefix.length)) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `body: expected all of layer ${layer}, got ${prefix.length} bytes`,
    )
  }
  const size = header.layers[layer] as LayerInfo
  checkSize(request, size, header.layers)
  const rows = stripsOf(parts.decodeRows(prefix, { layer, ...(signal && { signal }) }), signal)
  if (rescaler) return await rescaler.embed(rows, { high: size, low: { width, height }, quality, signal })
  const writer = createJpegWriter({ width, height, quality, subsampling: '420', kernel: parts.kernel })
  const { createResampler } = parts
  const framer =
    fit && createFramer({ ...frameOf(request), from: size, to: { width, height }, createResampler })
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
 * Without `fit` the size must be that of a layer; with it the layer must not be enlarged.
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

/** Passes strips on, and frees the memory of each when the next one is asked for. */
async function* stripsOf(rows: AsyncIterable<RgbImage>, signal?: AbortSignal): AsyncGenerator<RgbImage> {
  for await (const strip of rows) {
    throwIfAborted(signal)
    yield strip
    release(strip.data)
  }
}
