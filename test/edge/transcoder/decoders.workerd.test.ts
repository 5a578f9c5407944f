import avifDecoder from '@jsquash/avif/codec/dec/avif_dec.wasm'
import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm'
import webp from '@jsquash/webp/codec/enc/webp_enc_simd.wasm'
import { describe, expect, it } from 'vitest'
import { createAvifDecoder } from '../../../src/edge/transcoder/decoders/avif.ts'
import { createPngDecoder } from '../../../src/edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from '../../../src/edge/transcoder/decoders/webp.ts'
import { createAvifEncoder } from '../../../src/edge/transcoder/encoders/avif.ts'
import { createPngEncoder } from '../../../src/edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../../src/edge/transcoder/encoders/webp.ts'
import type { PictureCoding } from '../../../src/format/coding.ts'
import { checkPictureSize, checkPictureType } from '../../../src/format/pictures/check.ts'

const [still] = createWebpDecoders(async () => webpDecoder)
const PAIRS = [
  [createPngEncoder(), createPngDecoder(), 0],
  [createWebpEncoder(async () => webp), still, 3],
  [createAvifEncoder(async () => avif), createAvifDecoder(async () => avifDecoder), 3],
] as const

/** A soft gradient that fades out from left to right. */
function faded(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    const x = (i >> 2) % width
    const y = Math.floor(i / 4 / width)
    const values = [200 - x, 40 + y, 90, Math.round(255 - (255 * x) / (width - 1))]
    return values[i % 4]!
  })
}

async function* rows(pixels: Uint8Array) {
  yield pixels
}

describe('pictures with alpha in a Worker', () => {
  it.each(PAIRS)('are written and read again', async (encoder, decoder, most) => {
    const [width, height] = [61, 38]
    const pixels = faded(width, height)
    const target = { width, height, quality: 95, channels: 4 } as const
    const file = await encoder.encode(rows(pixels), target)
    const coding: PictureCoding = encoder.format === 'jpeg' ? 'png' : encoder.format
    const layer = {
      index: 0,
      coding,
      width,
      height,
      quality: 75,
      flags: 1,
      checksum: 0,
      score: 0,
      start: 0,
      end: 0,
    }
    checkPictureType(file, layer)
    checkPictureSize(file, layer)
    const decoded = (await decoder?.decode(file, layer)) ?? new Uint8Array(0)
    expect(decoded.length).toBe(pixels.length)
    const alphaError = pixels.map((value, i) => (i % 4 === 3 ? Math.abs(value - decoded[i]!) : 0))
    expect(Math.max(...alphaError)).toBeLessThanOrEqual(2 * most)
    const seen = pixels.map((value, i) => (Math.abs(value - decoded[i]!) * pixels[i - (i % 4) + 3]!) / 255)
    expect(seen.reduce((sum, value) => sum + value, 0) / seen.length).toBeLessThanOrEqual(most)
  })
})
