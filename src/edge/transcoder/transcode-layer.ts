import type { Rescaler } from '../../codec/rescaler.ts'
import { throwIfAborted } from '../../core/abort.ts'
import { parseRgb } from '../../core/colour.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { release } from '../../core/release.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import { createFramer, type FrameOptions } from '../../pixels/frame.ts'
import type { CreateResampler } from '../../pixels/resample.ts'
import type { PictureDecoders } from './decoders/decoder.ts'
import type { PictureEncoder } from './encoders/encoder.ts'
import { checkDecodedLayer } from './limits.ts'
import { checkRequestedSize, hiddenSize } from './requested-size.ts'
import { alphaRows, decodePictureLayer, flatStrips, keepsAlpha } from './transcode-picture.ts'
import type { TranscodeRequest } from './transcoder.ts'

/**
 * Decodes one layer of a file, or of a prefix that holds it, into strips from top to bottom. The caller owns the
 * strips.
 */
export type DecodeRows = (
  bytes: Uint8Array,
  options: { readonly layer: number; readonly signal?: AbortSignal },
) => AsyncIterable<RgbImage>

/** The decoder, the encoders and the models that transcodeLayer works with. */
export interface TranscodeParts {
  /** Loads what decodes, as far as shows whether it can. @default nothing is to be loaded */
  readonly prepare?: () => Promise<unknown>
  readonly decodeRows: DecodeRows
  readonly encoders: Readonly<Partial<Record<PictureFormat, PictureEncoder>>>
  /** Of layers that are pictures. @default none */
  readonly decoders?: PictureDecoders
  /** Makes other sizes than a layer's. @default the TypeScript reference */
  readonly createResampler?: CreateResampler | undefined
  /** The model for this embed factor, undefined where there is none. @default no models */
  readonly rescaler?: (factor: number) => Promise<Pick<Rescaler, 'embed' | 'factor'> | undefined>
}

/**
 * Makes a picture of one layer: resized, cropped, with bars around it, or at a fraction of its size with the layer
 * hidden in it. Strips go straight into the encoder. The file is collected before it is returned, so that a fault in
 * the last strip is an error and not half a picture.
 * @param prefix file bytes, at least [0, end[layer])
 * @throws StrataError PARAM_INVALID, NOT_ACCEPTABLE for a format without an encoder, INPUT_TOO_LARGE, TRANSCODE_FAILED
 * where the encoder fails, CODING_UNKNOWN for a picture that no decoder is there for, FORMAT_*, ENTROPY_CORRUPT, MODEL_*, ABORTED
 */
export async function transcodeLayer(
  prefix: Uint8Array,
  request: TranscodeRequest,
  parts: TranscodeParts,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { layer, width, height, quality, ht } = request
  const rescaler = ht === 1 ? undefined : await parts.rescaler?.(ht)
  if (ht !== (rescaler?.factor ?? 1)) throw invalidParam('ht', 'a factor that a model is installed for', ht)
  const encoder = encoderOf(request, parts)
  const header = readHeader(prefix)
  if (layer >= wholeLayers(header, prefix.length)) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `body: expected all of layer ${layer}, got ${prefix.length} bytes`,
    )
  }
  const from = header.layers[layer] as LayerInfo
  checkDecodedLayer(header.layers, layer)
  checkRequestedSize(request, from)
  const { createResampler } = parts
  const frame = { ...frameOf(request), from, to: { width, height }, createResampler }
  const target = { width, height, quality, signal }
  let decoded: AsyncIterable<RgbImage>
  if (from.coding === 'compass') decoded = parts.decodeRows(prefix, { layer, ...(signal && { signal }) })
  else {
    const rgba = await decodePictureLayer(prefix, from, parts.decoders ?? {})
    if (keepsAlpha(from, request))
      return await encoder.encode(alphaRows(rgba, frame), { ...target, channels: 4 })
    decoded = flatStrips(rgba, from, request.background)
  }
  const rows = stripsOf(decoded, signal)
  if (rescaler === undefined) return await encoder.encode(framedRows(rows, frame), target)
  const low = { width, height }
  const high = hiddenSize(from, low, ht)
  return await rescaler.embed(resizedStrips(rows, { from, to: high, fit: 'fill', createResampler }), {
    high,
    low,
    quality,
    signal,
  })
}

function encoderOf({ format, ht }: TranscodeRequest, { encoders }: TranscodeParts): PictureEncoder {
  if (ht !== 1 && format !== 'jpeg') throw invalidParam('ht', `1 with f=${format}`, ht)
  const encoder = encoders[format]
  if (encoder !== undefined) return encoder
  const made = Object.keys(encoders).join(', ')
  throw new StrataError('NOT_ACCEPTABLE', `f: this transcoder makes ${made}, got ${format}`)
}

function frameOf({
  fit,
  focus,
  background,
}: TranscodeRequest): Pick<FrameOptions, 'fit' | 'focus' | 'background'> {
  if (fit === 'cover') return { fit, focus }
  if (fit === undefined || background === undefined) return { fit: 'fill' }
  return { fit: 'pad', background: parseRgb(background) }
}

/** Passes strips on, and frees the memory of each when the next one is asked for. */
async function* stripsOf(rows: AsyncIterable<RgbImage>, signal?: AbortSignal): AsyncGenerator<RgbImage> {
  for await (const strip of rows) {
    throwIfAborted(signal)
    yield strip
    release(strip.data)
  }
}

/** Rows of the framed picture, as they become ready. */
async function* framedRows(
  strips: AsyncIterable<RgbImage>,
  options: FrameOptions,
): AsyncGenerator<Uint8Array> {
  const { from, to, fit } = options
  const isWhole = fit === 'fill' && from.width === to.width && from.height === to.height
  const framer = isWhole ? undefined : createFramer(options)
  for await (const { data } of strips) {
    const ready = framer ? framer.write(data) : data
    if (ready !== undefined) yield ready
  }
}

async function* resizedStrips(
  strips: AsyncIterable<RgbImage>,
  options: FrameOptions,
): AsyncGenerator<RgbImage> {
  const { width } = options.to
  for await (const data of framedRows(strips, options)) yield rgbImage(width, data.length / (3 * width), data)
}
