import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { checkDecode, checkRestored } from '../../src/client/decode/limits.ts'
import { pictureSize } from '../../src/client/decode/picture-size.ts'
import type { LayerInfo } from '../../src/format/types.ts'

const file = (...widths: number[]) => ({
  layers: widths.map((width) => ({ width, height: Math.round(width / 1.5) }) as LayerInfo),
})

describe('the limits of one decode', () => {
  it('accept the largest ladder, and a layer that is decoded from a held lower one', () => {
    expect(() => checkDecode(file(320, 640, 1280, 1920, 2560, 3840), 5)).not.toThrow()
    expect(() => checkDecode(file(...Array(16).fill(640)), 15, 10)).not.toThrow()
  })

  it.each([
    ['an empty layer of 10000²', { layers: [{ width: 10_000, height: 10_000 } as LayerInfo] }, 0, 'pixels'],
    ['sixteen layers of one width', file(...Array(16).fill(640)), 15, 'layers'],
    ['eight large layers', file(...Array(8).fill(2560)), 7, 'pixels'],
    ['a wide strip', { layers: [{ width: 65_535, height: 1 } as LayerInfo] }, 0, 'pixels'],
  ] as const)('refuses %s', (_, header, layer, limit) => {
    expect(() => checkDecode(header, layer)).toThrow(
      expect.objectContaining({ code: 'INPUT_TOO_LARGE', limit }),
    )
  })

  it('bound restored pictures', () => {
    expect(() => checkRestored(2000, 2000, 2)).not.toThrow()
    expect(() => checkRestored(2000, 2000, 4)).toThrow(expect.objectContaining({ limit: 'pixels' }))
  })
})

describe('pictureSize', () => {
  const picture = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#468' } })

  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)('reads the size of %s', async (format) => {
    const bytes = await picture(83, 61).toFormat(format).toBuffer()
    expect(pictureSize(bytes)).toEqual({ width: 83, height: 61 })
  })

  it('reads lossless and extended WebP, and a progressive JPEG', async () => {
    const lossless = await picture(83, 61).webp({ lossless: true }).toBuffer()
    const extended = await picture(83, 61).ensureAlpha(0.5).webp().toBuffer()
    const progressive = await picture(83, 61).jpeg({ progressive: true }).toBuffer()
    for (const bytes of [lossless, extended, progressive])
      expect(pictureSize(bytes)).toEqual({ width: 83, height: 61 })
  })

  it('includes frames of a GIF that exceed its canvas', async () => {
    const frames = [1, 2, 3].map((n) => Buffer.alloc(8 * 6 * 3, 60 * n))
    const raw = { width: 8, height: 18, channels: 3, pageHeight: 6 } as const
    const film = await sharp(Buffer.concat(frames), { raw })
      .gif({ delay: [50, 50, 50] })
      .toBuffer()
    const last = film.lastIndexOf(Uint8Array.of(0x2c, 0, 0, 0, 0))
    expect(pictureSize(film)).toEqual({ width: 8, height: 6 })
    film.writeUInt16LE(60_000, last + 5)
    film.writeUInt16LE(50_000, last + 7)
    expect(pictureSize(film)).toEqual({ width: 60_000, height: 50_000 })
  })

  it('is undefined for other files and for cut files', async () => {
    expect(pictureSize(new TextEncoder().encode('<svg/>'))).toBeUndefined()
    for (const format of ['png', 'jpeg', 'webp', 'avif'] as const)
      expect(pictureSize((await picture(8, 8).toFormat(format).toBuffer()).subarray(0, 14))).toBeUndefined()
  })
})
