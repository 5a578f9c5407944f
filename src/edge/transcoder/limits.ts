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

/** @throws StrataError INPUT_TOO_LARGE */
export function checkEncodedSize(format: PictureFormat, width: number, height: number): void {
  const [pixels, side] = [MAX_ENCODED_PIXELS[format], MAX_SIDE[format] ?? Number.POSITIVE_INFINITY]
  if (width * height <= pixels && Math.max(width, height) <= side) return
  const sides = Number.isFinite(side) ? ` and sides of at most ${side}` : ''
  const expected = `at most ${pixels} pixels${sides} for ${format}`
  throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${width}x${height}`)
}
