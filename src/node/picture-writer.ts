import { extname } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'

/** JPEG is for looking at, so nearly nothing may be lost; for exact pixels there is PNG. */
const JPEG_QUALITY = 95

type PictureEncoder = (image: RgbImage) => Promise<Uint8Array>

/** Chooses the format by the name of the file to write, `.png`, `.jpg` or `.jpeg`. @throws StrataError USAGE */
export function pictureEncoder(path: string): PictureEncoder {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return (image) => sharpOf(image).png().toBuffer()
  if (extension === '.jpg' || extension === '.jpeg') {
    return (image) => sharpOf(image).jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer()
  }
  const got = JSON.stringify(path)
  throw new StrataError('USAGE', `--output: expected a name that ends in .png or .jpg, got ${got}`)
}

/** A PNG as small as it gets, slowly: for files that are read more often than written. */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  return await sharpOf(image).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()
}

function sharpOf({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}
