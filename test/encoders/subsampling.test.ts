import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { createAvifEncoder } from '../../src/edge/transcoder/encoders/avif.ts'
import type { PictureEncoder } from '../../src/edge/transcoder/encoders/encoder.ts'
import { createJpegEncoder } from '../../src/edge/transcoder/encoders/jpeg.ts'
import { AVIF_WASM, packageWasm } from '../../src/node/package-wasm.ts'
import { rowsOf } from '../conformance/encoder.ts'
import { gradient } from '../pictures.ts'

/** Lines of red, one pixel wide, on blue. */
function colouredLines(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++)
    data.set((i % width) % 4 === 0 ? [255, 32, 32] : [32, 32, 192], 3 * i)
  return { width, height, data }
}

async function subsamplingOf(encoder: PictureEncoder, image: RgbImage): Promise<string | undefined> {
  const { width, height } = image
  const file = await encoder.encode(rowsOf(image, 64), { width, height, quality: 60 })
  return encoder.format === 'avif' ? avifSubsampling(file) : (await sharp(file).metadata()).chromaSubsampling
}

/** From the box av1C (AV1 in ISOBMFF, 2.3.3): bits 3 and 2 of its third byte. */
function avifSubsampling(file: Uint8Array): string {
  const flags = file[Buffer.from(file).indexOf('av1C') + 6]!
  return ['4:4:4', undefined, '4:2:2', '4:2:0'][(flags >> 2) & 3] ?? 'none'
}

describe.each([
  ['jpeg', createJpegEncoder()],
  ['avif', createAvifEncoder(() => packageWasm(AVIF_WASM))],
])('%s', (_, encoder) => {
  it('halves the resolution of colour', async () => {
    expect(await subsamplingOf(encoder, gradient(200, 150))).toBe('4:2:0')
  })

  it('keeps it where edges of colour need it', async () => {
    expect(await subsamplingOf(encoder, colouredLines(200, 150))).toBe('4:4:4')
  })

  it('keeps it in small pictures', async () => {
    expect(await subsamplingOf(encoder, gradient(160, 125))).toBe('4:4:4')
  })
})

describe('jpeg above 4 megapixels', () => {
  it('is written as the rows come, without a look at the picture', async () => {
    const image = colouredLines(2000, 2001)
    expect(await subsamplingOf(createJpegEncoder(), image)).toBe('4:2:0')
  })
})
