import { StrataError } from './errors.ts'

/** An 8-bit sRGB picture: interleaved R, G, B, rows from the top, no padding; `data.length` is 3 * width * height. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * The image over `data`, which is not copied.
 * @throws StrataError INTERNAL when the buffer does not have 3 * width * height bytes
 */
export function rgbImage(width: number, height: number, data: Uint8Array): RgbImage {
  if (data.length !== 3 * width * height) {
    throw new StrataError('INTERNAL', `image data: expected 3*${width}*${height} bytes, got ${data.length}`)
  }
  return { width, height, data }
}
