import sharp, { type Sharp } from 'sharp'
import type { Size } from '../core/box.ts'
import { type RgbImage, rgbImage } from '../core/image.ts'
import type { DecodedPicture } from './ingest/ingest.ts'
import type { Matte } from './ingest/matte.ts'

/** The pixels as sharp's input. */
export function sharpOf({ width, height, channels, data }: DecodedPicture): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
}

/** Decodes what `encode.ts` made, or another file of sRGB without profile, with the alpha that it has. */
export async function decodeFile(file: Uint8Array): Promise<DecodedPicture> {
  return await rawOf(sharp(file, { limitInputPixels: false, ignoreIcc: true }).toColourspace('srgb'))
}

/** Runs a pipeline into pixels. Grey becomes RGB. */
export async function rawOf(pipeline: Sharp): Promise<DecodedPicture> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const channels = info.channels as 3 | 4
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}

/** Resizes with Lanczos3 on 8-bit values, which sharp multiplies by alpha before and divides by it after. */
export async function resizePixels(
  picture: DecodedPicture,
  { width, height }: Size,
): Promise<DecodedPicture> {
  if (width === picture.width && height === picture.height) return picture
  return await rawOf(sharpOf(picture).resize(width, height, { kernel: 'lanczos3', fit: 'fill' }))
}

/** Whether some pixel is not opaque. */
export function hidesSomething({ channels, data }: DecodedPicture): boolean {
  if (channels === 3) return false
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true
  return false
}

/** The same picture without an alpha channel that hides nothing. */
export function withoutNeedlessAlpha(picture: DecodedPicture): DecodedPicture {
  if (picture.channels === 3 || hidesSomething(picture)) return picture
  const { width, height } = picture
  return { width, height, channels: 3, data: flattened(picture, { r: 0, g: 0, b: 0 }).data }
}

/** Laid on an opaque colour. A picture without alpha is returned as it is. */
export function flattened({ width, height, channels, data }: DecodedPicture, matte: Matte): RgbImage {
  if (channels === 3) return rgbImage(width, height, data)
  const below = [matte.r, matte.g, matte.b]
  const flat = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3]!
    for (let c = 0; c < 3; c++) {
      flat[to + c] = Math.round((data[from + c]! * alpha + below[c]! * (255 - alpha)) / 255)
    }
  }
  return rgbImage(width, height, flat)
}

/** Whether all pixels are equal. */
export function isOneColour({ channels, data }: DecodedPicture): boolean {
  for (let at = channels; at < data.length; at++) if (data[at] !== data[at - channels]) return false
  return true
}

/** Whether two pictures look the same on every background: where alpha is 0, other channels do not count. */
export function samePixels(a: DecodedPicture, b: DecodedPicture): boolean {
  if (a.width !== b.width || a.height !== b.height) return false
  const [one, other] = [a.data, b.data]
  for (let p = 0, i = 0, k = 0; p < a.width * a.height; p++, i += a.channels, k += b.channels) {
    const alpha = a.channels === 4 ? one[i + 3] : 255
    if (alpha !== (b.channels === 4 ? other[k + 3] : 255)) return false
    if (alpha === 0) continue
    if (one[i] !== other[k] || one[i + 1] !== other[k + 1] || one[i + 2] !== other[k + 2]) return false
  }
  return true
}
