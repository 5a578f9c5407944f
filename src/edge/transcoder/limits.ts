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

/** @throws StrataError INPUT_TOO_LARGE */
export function checkEncodedSize(format: PictureFormat, width: number, height: number): void {
  const [pixels, side] = [MAX_ENCODED_PIXELS[format], MAX_SIDE[format] ?? Number.POSITIVE_INFINITY]
  if (width * height <= pixels && Math.max(width, height) <= side) return
  const sides = Number.isFinite(side) ? ` and sides of at most ${side}` : ''
  const expected = `at most ${pixels} pixels${sides} for ${format}`
  throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${width}x${height}`)
}
