import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import type { RgbImage } from '../../src/core/image.ts'
import { createResampler, resample } from '../../src/pixels/resample.ts'
import { gradient, noise, photo, psnr } from '../pictures.ts'

async function resizeBySharp({ width, height, data }: RgbImage, toWidth: number, toHeight: number) {
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(toWidth, toHeight, { kernel: 'lanczos3', fit: 'fill', fastShrinkOnLoad: false })
    .raw()
    .toBuffer()
  return { width: toWidth, height: toHeight, data: new Uint8Array(resized) }
}

describe('resample', () => {
  // SHA-256 of what Pillow 13.0.0 makes of the same noise.
  it.each([
    ['lanczos3', 48, 30, 'c0516f4c461bc502'],
    ['lanczos3', 131, 77, 'a7e3dd43360373b9'],
    ['lanczos3', 12, 50, '40971992becb80fa'],
    ['bicubic', 48, 30, '79486ee8d3d1d9af'],
    ['bicubic', 131, 77, 'd1879977f5f46f51'],
    ['bicubic', 12, 50, 'd2657c92957427a1'],
  ] as const)('equals Pillow bit for bit: %s to %i x %i', (filter, width, height, sha256) => {
    const out = resample(noise(97, 61), width, height, filter)
    expect(createHash('sha256').update(out.data).digest('hex').slice(0, 16)).toBe(sha256)
  })

  it.each([
    [320, 213, 160, 107],
    [320, 213, 107, 71],
    [300, 200, 40, 27],
    [200, 133, 150, 100],
  ])('reduces %i x %i to %i x %i nearly as libvips', async (width, height, toWidth, toHeight) => {
    const image = photo(width, height)
    const theirs = await resizeBySharp(image, toWidth, toHeight)
    expect(psnr(resample(image, toWidth, toHeight), theirs)).toBeGreaterThan(40)
  })

  it.each(['lanczos3', 'bicubic'] as const)('%s: leaves a picture of the same size as it is', (filter) => {
    const image = noise(57, 41)
    const same = resample(image, 57, 41, filter)
    expect(same).toEqual(image)
    expect(same.data.buffer).not.toBe(image.data.buffer)
    expect(resample(image, 57, 20, filter).data).toHaveLength(3 * 57 * 20)
  })

  it.each(['lanczos3', 'bicubic'] as const)('%s: keeps a flat colour flat at every scale', (filter) => {
    const data = Uint8Array.from({ length: 3 * 30 * 20 }, (_, i) => [0, 255, 77][i % 3]!)
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [29, 21],
      [64, 64],
      [200, 1],
    ] as const) {
      const out = resample({ width: 30, height: 20, data }, width, height, filter)
      expect(out.data.every((v, i) => v === [0, 255, 77][i % 3])).toBe(true)
    }
  })

  it.each(['lanczos3', 'bicubic'] as const)('%s: enlarges without shifting', (filter) => {
    const small = gradient(40, 30)
    const back = resample(resample(small, 120, 90, filter), 40, 30, filter)
    expect(psnr(small, back)).toBeGreaterThan(45)
    const mirrored = (image: RgbImage): RgbImage => ({
      ...image,
      data: image.data.map(
        (_, i) =>
          image.data[i - (i % 3) + (image.width - 1 - 2 * (Math.floor(i / 3) % image.width)) * 3 + (i % 3)]!,
      ),
    })
    const image = photo(50, 20)
    expect(resample(mirrored(image), 33, 20, filter)).toEqual(mirrored(resample(image, 33, 20, filter)))
  })

  it('is the mean over the whole picture at 1 x 1, roughly', () => {
    const image = gradient(64, 64)
    const means = [0, 1, 2].map(
      (c) => image.data.reduce((sum, v, i) => (i % 3 === c ? sum + v : sum), 0) / 4096,
    )
    resample(image, 1, 1).data.forEach((v, c) => {
      expect(Math.abs(v - means[c]!)).toBeLessThan(3)
    })
  })

  it('resizes a single pixel', () => {
    const pixel = { width: 1, height: 1, data: Uint8Array.of(9, 8, 7) }
    expect([...resample(pixel, 2, 2).data]).toEqual([9, 8, 7, 9, 8, 7, 9, 8, 7, 9, 8, 7])
  })
})

describe('createResampler', () => {
  it.each([
    [31, 37],
    [90, 111],
    [60, 1],
    [1, 80],
  ])('gives the same rows however they arrive, to %i x %i', (outWidth, outHeight) => {
    const image = photo(60, 74)
    const whole = resample(image, outWidth, outHeight)
    for (const chunk of [1, 3, 50]) {
      const resampler = createResampler({ width: 60, height: 74, outWidth, outHeight })
      const parts: Uint8Array[] = []
      for (let y = 0; y < 74; y += chunk) {
        const rows = image.data.slice(180 * y, 180 * Math.min(74, y + chunk))
        const ready = resampler.write(rows)
        rows.fill(0)
        if (ready !== undefined) parts.push(ready)
      }
      expect(concat(parts)).toEqual(whole.data)
    }
  })

  it('gives rows before it has seen all', () => {
    const resampler = createResampler({ width: 4, height: 100, outWidth: 4, outHeight: 50 })
    expect(resampler.write(new Uint8Array(12 * 20))?.length).toBeGreaterThan(12 * 5)
  })

  it('refuses parts of rows, too many rows and impossible sizes', () => {
    const internal = expect.objectContaining({ code: 'INTERNAL' })
    const sizes = { width: 4, height: 4, outWidth: 2, outHeight: 2 }
    expect(() => createResampler(sizes).write(new Uint8Array(13))).toThrow(internal)
    expect(() => createResampler(sizes).write(new Uint8Array(60))).toThrow(internal)
    const invalid = expect.objectContaining({ code: 'PARAM_INVALID' })
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => createResampler({ ...sizes, outWidth: bad })).toThrow(invalid)
    }
    expect(() => createResampler({ ...sizes, filter: 'box' as 'bicubic' })).toThrow(invalid)
  })
})
