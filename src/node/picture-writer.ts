import { extname } from 'node:path'
import sharp from 'sharp'
import { usage } from '../cli/command.ts'
import type { RgbImage } from '../core/image.ts'

/** JPEG is for looking at, so nearly nothing may be lost; for exact pixels there is PNG. */
const JPEG_QUALITY = 95

export type PictureEncoder = (image: RgbImage) => Promise<Uint8Array>

/** Chooses by the file name. @throws StrataError USAGE */
export function pictureEncoder(path: string): PictureEncoder {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return (image) => raw(image).png().toBuffer()
  if (extension === '.jpg' || extension === '.jpeg') {
    return (image) => raw(image).jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer()
  }
  throw usage(`--output: expected a name that ends in .png or .jpg, got ${JSON.stringify(path)}`)
}

function raw({ width, height, data }: RgbImage) {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}
