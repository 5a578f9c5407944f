import sharp, { type Sharp } from 'sharp'
import { encoderQuality } from '../../pixels/encoder-quality.ts'
import type { DecodedPicture } from '../ingest.ts'
import { WHITE } from '../matte.ts'
import type { RenderFormat } from './parameters.ts'
import type { RenderPlan } from './plan.ts'

interface Setting {
  /** 1 to 100 on JPEG's scale. */
  readonly quality: number
  readonly fast: boolean
}

const ENCODERS: Readonly<Record<RenderFormat, (picture: Sharp, setting: Setting) => Sharp>> = {
  avif: (picture, { quality, fast }) =>
    picture.avif({
      quality: encoderQuality(fast ? 'avif-0' : 'avif-4', quality),
      effort: fast ? 0 : 4,
      chromaSubsampling: '4:2:0',
    }),
  webp: (picture, { quality }) => picture.webp({ quality: encoderQuality('webp', quality), effort: 4 }),
  jpeg: (picture, { quality }) =>
    picture.jpeg({ quality: encoderQuality('mozjpeg', quality), mozjpeg: true, chromaSubsampling: '4:2:0' }),
  png: (picture, { fast }) => picture.png({ compressionLevel: fast ? 6 : 9 }),
  // A GIF that was asked for a still has one frame.
  gif: (picture) => picture.gif(),
  original: (picture) => picture.png(),
}

/**
 * Lays a decoded picture in its frame and encodes that. The file has neither profile nor EXIF nor XMP, because only pixels
 * get here.
 */
export async function encodeRendered(
  picture: DecodedPicture,
  plan: RenderPlan,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels } = picture
  const raw = sharp(picture.data, { raw: { width, height, channels }, limitInputPixels: false })
  const { format, quality, fast } = plan
  // A buffer of its own: sharp's may lie in a larger one.
  return new Uint8Array(await ENCODERS[format](framed(raw, plan), { quality, fast }).toBuffer())
}

export function framed(picture: Sharp, { size, place, background = WHITE }: RenderPlan): Sharp {
  const { left, top } = place
  const [right, bottom] = [size.width - left - place.width, size.height - top - place.height]
  return left + top + right + bottom === 0
    ? picture
    : picture.extend({ left, top, right, bottom, background })
}
