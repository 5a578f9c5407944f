import sharp, { type Sharp } from 'sharp'
import type { PictureCoding } from '../../format/coding.ts'
import { LAYER_HAS_ALPHA, LAYER_IS_LOSSLESS } from '../../format/coding.ts'
import type { PicturePayload } from '../../format/types.ts'
import { writePictures } from '../../format/writer.ts'
import { photo, text } from '../pictures/formula.ts'
import { animationFile, drawAnimation } from '../pictures/kinds/animation.ts'

const SOURCE = { width: 48, height: 32, sha256: '00112233445566778899aabbccddeeff' }
const HALF = { width: 24, height: 16 }

/** Valid files whose layers are pictures: every coding, with and without alpha, lossy and lossless. */
export async function pictureFiles(): Promise<Uint8Array[]> {
  const clear = (picture: Sharp) => picture.ensureAlpha(0.5)
  return [
    await fileOf('webp', 0, (picture) => picture.webp({ quality: 70 })),
    await fileOf('webp', LAYER_HAS_ALPHA | LAYER_IS_LOSSLESS, (picture) =>
      clear(picture).webp({ lossless: true }),
    ),
    await fileOf('avif', 0, (picture) => picture.avif({ quality: 50, effort: 0 })),
    await fileOf('avif', LAYER_HAS_ALPHA, (picture) => clear(picture).avif({ quality: 50, effort: 0 })),
    await fileOf('png', LAYER_IS_LOSSLESS, (picture) => picture.png()),
    await fileOf('png', LAYER_IS_LOSSLESS, (picture) => picture.png({ palette: true, progressive: true })),
    await fileOf('png', LAYER_HAS_ALPHA | LAYER_IS_LOSSLESS, (picture) => clear(picture).png()),
    await animated(),
  ]
}

async function fileOf(
  coding: PictureCoding,
  flags: number,
  encode: (picture: Sharp) => Sharp,
): Promise<Uint8Array> {
  const draw = flags & LAYER_IS_LOSSLESS ? text : photo
  const { data, ...size } = draw(SOURCE.width, SOURCE.height)
  const quality = flags & LAYER_IS_LOSSLESS ? 100 : 75
  const layers: PicturePayload[] = []
  for (const { width, height } of [HALF, SOURCE]) {
    const picture = sharp(data, { raw: { ...size, channels: 3 } }).resize(width, height)
    layers.push({
      ...{ width, height, quality, flags, coding },
      picture: new Uint8Array(await encode(picture).toBuffer()),
    })
  }
  return writePictures({ source: SOURCE, layers, placeholder: new Uint8Array(16) })
}

async function animated(): Promise<Uint8Array> {
  const layers: PicturePayload[] = []
  for (const { width, height } of [HALF, SOURCE]) {
    const picture = await animationFile(drawAnimation(width, height, 3), 'webp')
    layers.push({ width, height, quality: 75, flags: LAYER_HAS_ALPHA, coding: 'webp-animated', picture })
  }
  return writePictures({ source: SOURCE, layers, placeholder: new Uint8Array(16) })
}
