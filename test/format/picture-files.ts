import { createHash } from 'node:crypto'
import sharp, { type Sharp } from 'sharp'
import { LAYER_HAS_ALPHA, LAYER_IS_LOSSLESS, type PictureCoding } from '../../src/format/coding.ts'
import { layerHeight } from '../../src/format/ladder.ts'
import type { PicturePayload } from '../../src/format/types.ts'
import { writePictures } from '../../src/format/writer.ts'

/** A drawing: interleaved 8-bit R, G, B, A. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

interface Wish {
  readonly width: number
  readonly coding: PictureCoding
  /** Lossless where it is 100. @default 100 */
  readonly quality?: number
}

/** A disc of two colours with a soft edge and a ring around it; without alpha it lies on a light ground. */
export function logo(width: number, height: number, alpha: boolean): Drawing {
  const rgba = new Uint8Array(4 * width * height)
  const radius = 0.4 * Math.min(width, height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2)
      const isRing = Math.abs(distance - 1.1 * radius) < 0.04 * radius
      const cover = isRing ? 1 : Math.max(0, Math.min(1, (radius - distance) / (0.1 * radius) + 0.5))
      const colour = isRing ? [20, 20, 120] : x < width / 2 ? [220, 40, 30] : [240, 200, 20]
      const under = [235, 240, 245]
      const at = 4 * (y * width + x)
      for (let i = 0; i < 3; i++) {
        rgba[at + i] = alpha ? colour[i]! : colour[i]! * cover + under[i]! * (1 - cover)
      }
      rgba[at + 3] = alpha ? 255 * cover : 255
    }
  }
  return { width, height, rgba }
}

/** A .strata file of a drawing, every layer made by sharp. */
export async function pictureFile(
  { width, height, rgba }: Drawing,
  wishes: readonly Wish[],
  original: Uint8Array = rgba,
): Promise<Uint8Array> {
  const alpha = rgba.some((value, i) => i % 4 === 3 && value < 255)
  const layers: PicturePayload[] = []
  for (const { width: layerWidth, coding, quality = 100 } of wishes) {
    const layerSize = { width: layerWidth, height: layerHeight(layerWidth, width, height) }
    const image = sharp(rgba, { raw: { width, height, channels: 4 } }).resize({ ...layerSize, fit: 'fill' })
    const flags = (alpha ? LAYER_HAS_ALPHA : 0) | (quality === 100 ? LAYER_IS_LOSSLESS : 0)
    const picture = new Uint8Array(await encoded(alpha ? image : image.removeAlpha(), coding, quality))
    layers.push({ ...layerSize, quality, coding, flags, picture })
  }
  return writePictures({
    source: { width, height, sha256: sha256(original) },
    layers,
    placeholder: new Uint8Array(48),
  })
}

/** Frames of a square that moves over a transparent ground, as one animated WebP of each width. */
export async function animationFile(
  { width, height }: { readonly width: number; readonly height: number },
  widths: readonly number[],
  frames: number,
  original: Uint8Array = Uint8Array.of(1),
): Promise<Uint8Array> {
  const layers: PicturePayload[] = []
  for (const layerWidth of widths) {
    const layerSize = { width: layerWidth, height: layerHeight(layerWidth, width, height) }
    const picture = await animation(layerSize, frames)
    layers.push({ ...layerSize, quality: 100, coding: 'webp-animated', flags: 3, picture })
  }
  return writePictures({
    source: { width, height, sha256: sha256(original) },
    layers,
    placeholder: new Uint8Array(48),
  })
}

/** 100 ms a frame, without an end. In frame i a square of another colour is i steps to the right. */
export async function animation(
  { width, height }: { readonly width: number; readonly height: number },
  frames: number,
  format: 'webp' | 'gif' = 'webp',
): Promise<Uint8Array> {
  const rgba = new Uint8Array(4 * width * height * frames)
  for (let frame = 0; frame < frames; frame++) {
    const left = Math.floor(((width / 2) * frame) / frames)
    for (let y = height >> 2; y < height - (height >> 2); y++) {
      for (let x = left; x < left + width / 2; x++) {
        const colour = [250 - 200 * (frame / frames), 30, 40 + 200 * (frame / frames), 255]
        rgba.set(colour, 4 * ((frame * height + y) * width + x))
      }
    }
  }
  const raw = { width, height: height * frames, channels: 4 as const, pageHeight: height }
  const delay = new Array<number>(frames).fill(100)
  const image = sharp(rgba, { raw })
  const made =
    format === 'gif' ? image.gif({ delay, loop: 0 }) : image.webp({ lossless: true, delay, loop: 0 })
  return new Uint8Array(await made.toBuffer())
}

async function encoded(image: Sharp, coding: PictureCoding, quality: number): Promise<Buffer> {
  const lossless = quality === 100
  if (coding === 'avif') return await image.avif({ quality, lossless, effort: 2 }).toBuffer()
  if (coding === 'png') return await image.png().toBuffer()
  return await image.webp({ quality, lossless, exact: lossless, effort: 2 }).toBuffer()
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}
