import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import type { Coding } from '../../format/coding.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { TranscodeRequest } from './transcoder.ts'

/**
 * Most pixels of a picture that each encoder takes. An isolate has 128 MB in all, of which the decoder of a layer takes up
 * to 50. Measured in WebAssembly memory: AVIF 42 MiB for 1280 x 853 and 53 for 1500 x 1000; WebP 34 MiB for 2 megapixels of
 * a photograph, 82 for noise at its best quality. JPEG and PNG write as the rows come; their file is collected, twice for a
 * moment: of noise, PNG takes 3 bytes a pixel and JPEG half of that.
 */
export const MAX_ENCODED_PIXELS: Readonly<Record<PictureFormat, number>> = {
  avif: 1.5e6,
  webp: 2e6,
  jpeg: 40e6,
  png: 8e6,
}

/**
 * Most pixels of a JPEG in which detail is hidden. It is held whole, with its coefficients: 12 bytes a pixel, beside a
 * decoder.
 */
export const MAX_EMBEDDED_PIXELS = 3e6

/** Most pixels that are decoded for one picture, in all its layers together. It takes some 10 seconds. */
export const MAX_DECODED_PIXELS = 64e6

/**
 * Most pixels of a layer that is a picture and is decoded: as a whole, 4 bytes a pixel beside its decoder. Measured in
 * WebAssembly memory at 4 megapixels with alpha: WebP 31 MiB, AVIF 167. PNG takes 5 bytes a pixel more.
 */
const MAX_PICTURE_PIXELS: Readonly<Record<Coding, number>> = {
  compass: 0,
  webp: 4e6,
  'webp-animated': 4e6,
  png: 4e6,
  avif: 1.2e6,
}

/** Longest side, in pixels, where the format has a limit below that of the container. */
const MAX_SIDE: Readonly<Partial<Record<PictureFormat, number>>> = { webp: 16383 }

/** Whether the encoder of this format takes a picture of this size. */
export function fitsEncoder(format: PictureFormat, width: number, height: number): boolean {
  const side = MAX_SIDE[format] ?? Number.POSITIVE_INFINITY
  return width * height <= MAX_ENCODED_PIXELS[format] && Math.max(width, height) <= side
}

/** Says what an encoder takes, for error messages. */
export function describeLimit(format: PictureFormat): string {
  const side = MAX_SIDE[format]
  const sides = side === undefined ? '' : ` and sides of at most ${side}`
  return `at most ${MAX_ENCODED_PIXELS[format]} pixels${sides} for ${format}`
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

/** Whether a layer that is a picture is small enough to be decoded. */
export function isDecodable({
  coding,
  width,
  height,
}: Pick<LayerInfo, 'coding' | 'width' | 'height'>): boolean {
  return width * height <= MAX_PICTURE_PIXELS[coding]
}

/** @throws StrataError INPUT_TOO_LARGE for a layer that is a picture too large to be decoded */
export function checkPicturePixels(layer: LayerInfo): void {
  const { index, coding, width, height } = layer
  if (isDecodable(layer)) return
  const expected = `a picture of at most ${MAX_PICTURE_PIXELS[coding]} pixels for ${coding}`
  throw new StrataError('INPUT_TOO_LARGE', `layer ${index}: expected ${expected}, got ${width}x${height}`)
}

/** Pixels of all COMPASS layers up to this one, each of which is decoded for it. @throws StrataError INPUT_TOO_LARGE */
export function decodedPixels(layers: readonly Size[], layer: number): number {
  const pixels = layers.slice(0, layer + 1).reduce((sum, { width, height }) => sum + width * height, 0)
  if (pixels <= MAX_DECODED_PIXELS) return pixels
  throw new StrataError(
    'INPUT_TOO_LARGE',
    `layers: expected at most ${MAX_DECODED_PIXELS} pixels up to layer ${layer}, got ${pixels}`,
  )
}
