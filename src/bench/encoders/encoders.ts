import sharp from 'sharp'
import type { RgbImage } from '../../core/image.ts'
import { createAvifEncoder } from '../../edge/transcoder/encoders/avif.ts'
import type { PictureEncoder } from '../../edge/transcoder/encoders/encoder.ts'
import { createJpegEncoder } from '../../edge/transcoder/encoders/jpeg.ts'
import { createWebpEncoder } from '../../edge/transcoder/encoders/webp.ts'
import { AVIF_WASM, packageWasm, WEBP_WASM } from '../../node/package-wasm.ts'
import { type EncoderName, TABLE_QUALITIES } from '../../pixels/encoder-quality.ts'

/** An encoder and the settings at which it is measured; its curve is interpolated linearly between them. */
export interface MeasuredEncoder {
  readonly settings: readonly number[]
  encode(picture: RgbImage, setting: number): Promise<Uint8Array>
}

/** Settings from the lowest to the highest that all of these encoders accept. */
const SETTINGS: readonly number[] = [1, 5, 10, 15, 20, 28, 36, 44, 52, 60, 68, 76, 82, 88, 92, 96, 98, 100]
/** Settings of an encoder that takes seconds per picture. */
const FEW_SETTINGS: readonly number[] = [1, 15, 30, 45, 60, 72, 84, 92, 100]

/** Our JPEG writer, which is the scale. */
export function scaleEncoder(): MeasuredEncoder {
  return edge(createJpegEncoder(), TABLE_QUALITIES)
}

/** The encoders of the transcoder Worker, and sharp's as the origin calls them. */
export function measuredEncoders(): Readonly<Record<EncoderName, MeasuredEncoder>> {
  const setting = (quality: number) => quality
  return {
    'edge-avif': edge(createAvifEncoder(() => packageWasm(AVIF_WASM), setting)),
    'edge-webp': edge(createWebpEncoder(() => packageWasm(WEBP_WASM), setting)),
    'avif-0': avif(0, SETTINGS),
    'avif-4': avif(4, FEW_SETTINGS),
    webp: {
      settings: SETTINGS,
      encode: async (picture, quality) => await raw(picture).webp({ quality }).toBuffer(),
    },
    mozjpeg: {
      settings: SETTINGS,
      encode: async (picture, quality) => await raw(picture).jpeg({ quality, mozjpeg: true }).toBuffer(),
    },
  }
}

function edge(encoder: PictureEncoder, settings = SETTINGS): MeasuredEncoder {
  async function* rows({ data }: RgbImage) {
    yield data
  }
  return {
    settings,
    encode: (picture, quality) => {
      const { width, height } = picture
      return encoder.encode(rows(picture), { width, height, quality })
    },
  }
}

function avif(effort: number, settings: readonly number[]): MeasuredEncoder {
  const options = { effort, chromaSubsampling: '4:2:0' } as const
  return {
    settings,
    encode: async (picture, quality) =>
      await raw(picture)
        .avif({ ...options, quality })
        .toBuffer(),
  }
}

function raw({ width, height, data }: RgbImage) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}
