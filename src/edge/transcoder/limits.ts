import { StrataError } from '../../core/errors.ts'
import type { PictureFormat } from '../../format/media-type.ts'

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
