import { StrataError } from './errors.ts'

/** An 8-bit sRGB picture: interleaved R, G, B, rows from top to bottom without padding, 3 * width * height bytes. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * Makes an image of `data`, without a copy.
 * @throws StrataError INTERNAL when `data` does not have 3 * width * height bytes
 */
export function rgbImage(width: number, height: number, data: Uint8Array): RgbImage {
  if (data.length !== 3 * width * height) {
    throw new StrataError('INTERNAL', `image data: expected 3*${width}*${height} bytes, got ${data.length}`)
  }
  return { width, height, data }
}
