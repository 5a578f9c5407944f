import { StrataError } from '../../core/errors.ts'
import { MAX_EMBEDDED_PIXELS, MAX_ENCODED_PIXELS, MAX_FORMAT_SIDE } from '../../core/limits/table.ts'
import { transcodeLimit } from '../../format/choose-layer.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { TranscodeRequest } from './transcoder.ts'

/** Whether the encoder of this format takes a picture of this size. */
export function fitsEncoder(format: PictureFormat, width: number, height: number): boolean {
  return width * height <= MAX_ENCODED_PIXELS[format] && Math.max(width, height) <= MAX_FORMAT_SIDE[format]
}

/** Says what an encoder takes, for error messages. */
export function describeLimit(format: PictureFormat): string {
  return `at most ${MAX_ENCODED_PIXELS[format]} pixels and sides of at most ${MAX_FORMAT_SIDE[format]} for ${format}`
}

/** @throws StrataError INPUT_TOO_LARGE */
export function checkEncodedSize(format: PictureFormat, width: number, height: number): void {
  if (fitsEncoder(format, width, height)) return
  throw new StrataError(
    'INPUT_TOO_LARGE',
    `picture: expected ${describeLimit(format)}, got ${width}x${height}`,
  )
}

/**
 * Refuses a picture that is too large to be made, before anything of the file is read.
 * @throws StrataError INPUT_TOO_LARGE
 */
export function checkOutputSize({
  format,
  width,
  height,
  ht,
}: Pick<TranscodeRequest, 'format' | 'width' | 'height' | 'ht'>): void {
  checkEncodedSize(format, width, height)
  if (ht === 1 || width * height <= MAX_EMBEDDED_PIXELS) return
  throw new StrataError(
    'INPUT_TOO_LARGE',
    `picture: expected at most ${MAX_EMBEDDED_PIXELS} pixels with ht=${ht}, got ${width}x${height}`,
  )
}

/** @throws StrataError INPUT_TOO_LARGE for a layer that is not decoded for one request */
export function checkDecodedLayer(layers: readonly LayerInfo[], index: number): void {
  const expected = transcodeLimit(layers, index)
  if (expected === undefined) return
  const { width, height, end } = layers[index] as LayerInfo
  throw new StrataError(
    'INPUT_TOO_LARGE',
    `layer ${index}: expected ${expected}, got ${width}x${height} and ${end} bytes`,
  )
}
