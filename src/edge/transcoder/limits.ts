import { StrataError } from '../../core/errors.ts'
import type { PictureFormat } from '../../format/media-type.ts'

/**
 * Most pixels of a picture that this Worker encodes. An isolate has 128 MB in all, of which the decoder of a layer takes up
 * to 50.
 */
export const MAX_ENCODED_PIXELS: Readonly<Record<PictureFormat, number>> = {
  avif: 1.5e6,
  webp: 3e6,
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
