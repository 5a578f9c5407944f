import { extname } from 'node:path'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import type { DecodedPicture } from './ingest/ingest.ts'
import { WHITE } from './ingest/matte.ts'
import { flattened, sharpOf } from './pixels.ts'

/** JPEG is for looking at, so nearly nothing may be lost; for exact pixels there is PNG. */
const JPEG_QUALITY = 95

type PictureEncoder = (picture: RgbImage | DecodedPicture) => Promise<Uint8Array>

/**
 * Chooses the format by the name of the file to write, `.png`, `.jpg` or `.jpeg`. A PNG keeps alpha, in a JPEG what is
 * transparent lies on white.
 * @throws StrataError USAGE
 */
export function pictureEncoder(path: string): PictureEncoder {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return (picture) => sharpOf(withChannels(picture)).png().toBuffer()
  if (extension === '.jpg' || extension === '.jpeg') {
    const options = { quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }
    return (picture) =>
      sharpOf(withChannels(flattened(withChannels(picture), WHITE)))
        .jpeg(options)
        .toBuffer()
  }
  const got = JSON.stringify(path)
  throw new StrataError('USAGE', `--output: expected a name that ends in .png or .jpg, got ${got}`)
}

/** A PNG as small as it gets, slowly: for files that are read more often than written. */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  return await sharpOf(withChannels(image)).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()
}

function withChannels(picture: RgbImage | DecodedPicture): DecodedPicture {
  return 'channels' in picture ? picture : { ...picture, channels: 3 }
}
