import { describe, expect, it } from 'vitest'
import { concat } from '../../../src/core/bytes.ts'
import { createJpegWriter, encodeJpeg } from '../../../src/pixels/jpeg/writer.ts'
import { noise, photo, psnr, text } from '../../pictures.ts'
import { readByJpegJs, readBySharp, segmentsOf, writeBySharp } from './read.ts'

const SIZES = [
  [1, 1],
  [8, 8],
  [16, 16],
  [37, 21],
  [17, 33],
  [9, 9],
  [7, 40],
  [3, 1],
  [1, 100],
  [160, 120],
] as const
const MODES = (['420', '444'] as const).flatMap((subsampling) =>
  (['standard', 'optimized'] as const).map((huffman) => ({ subsampling, huffman })),
)

describe('the JPEG writer', () => {
  describe.each(MODES)('with $subsampling and $huffman Huffman tables', (mode) => {
    it.each(SIZES)(
      'writes %i x %i pixels that libjpeg-turbo and jpeg-js decode alike',
      async (width, height) => {
        const image = photo(width, height, width)
        const jpeg = encodeJpeg(image, { quality: 95, ...mode })
        const turbo = await readBySharp(await writeBySharp(image, 95, mode.subsampling, false))
        for (const decoded of [await readBySharp(jpeg), readByJpegJs(jpeg)]) {
          expect([decoded.width, decoded.height]).toEqual([width, height])
          expect(psnr(image, decoded)).toBeGreaterThan(Math.min(psnr(image, turbo), 45) - 1.5)
        }
      },
    )

    it.each([30, 75, 90])(
      'matches the quality and the size of libjpeg-turbo at quality %i',
      async (quality) => {
        // On two flat colours single roundings change the PSNR a little; on photographs they do not.
        for (const [image, tolerance] of [
          [photo(400, 303, 4), 0.05],
          [text(333, 200, 2), 0.2],
        ] as const) {
          const ours = encodeJpeg(image, { quality, ...mode })
          const turbo = await writeBySharp(image, quality, mode.subsampling, mode.huffman === 'optimized')
          expect(tablesOf(ours)).toEqual(tablesOf(turbo))
          expect(ours.length).toBeLessThan(1.01 * turbo.length)
          const [a, b] = [await readBySharp(ours), await readBySharp(turbo)]
          expect(psnr(image, a)).toBeGreaterThan(psnr(image, b) - tolerance)
        }
      },
    )

    it('writes the same file however the rows are cut into pieces', () => {
      const image = photo(50, 71, 9)
      const whole = encodeJpeg(image, { quality: 80, ...mode })
      for (const chunk of [1, 5, 16, 17, 64]) {
        const writer = createJpegWriter({ width: 50, height: 71, quality: 80, ...mode })
        const parts: Uint8Array[] = []
        for (let row = 0; row < 71; row += chunk) {
          const rows = image.data.slice(150 * row, 150 * Math.min(71, row + chunk))
          const ready = writer.write(rows)
          rows.fill(0)
          if (ready !== undefined) parts.push(ready)
        }
        expect(concat([...parts, writer.finish()])).toEqual(whole)
      }
    })

    it('encodes noise at quality 100', async () => {
      const image = noise(64, 64)
      const decoded = await readBySharp(encodeJpeg(image, { quality: 100, ...mode }))
      expect(psnr(image, decoded)).toBeGreaterThan(mode.subsampling === '444' ? 40 : 8)
    })
  })

  it('keeps black, white and the primary colours within 2 levels at quality 100', async () => {
    const colours = [
      [0, 0, 0],
      [255, 255, 255],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0],
    ]
    for (const colour of colours) {
      const data = Uint8Array.from({ length: 3 * 24 * 24 }, (_, i) => colour[i % 3]!)
      const decoded = await readBySharp(
        encodeJpeg({ width: 24, height: 24, data }, { quality: 100, subsampling: '420' }),
      )
      expect(Math.max(...decoded.data.map((v, i) => Math.abs(v - data[i]!)))).toBeLessThanOrEqual(2)
    }
  })

  it('returns bytes before the last row when it uses standard tables', () => {
    const image = photo(64, 64)
    const writer = createJpegWriter({
      width: 64,
      height: 64,
      quality: 75,
      subsampling: '420',
      huffman: 'standard',
    })
    expect(writer.write(image.data.subarray(0, 15 * 192))).toBeUndefined()
    expect(writer.write(image.data.subarray(15 * 192, 16 * 192))?.length).toBeGreaterThan(600)
    expect(writer.write(image.data.subarray(16 * 192, 17 * 192))).toBeUndefined()
  })

  it('uses optimized tables below 4 megapixels by default', () => {
    const first = (width: number, height: number) =>
      createJpegWriter({ width, height, quality: 50, subsampling: '420' }).write(
        new Uint8Array(3 * width * 16),
      )
    expect(first(2000, 1999)).toBeUndefined()
    expect(first(2000, 2000)).toBeInstanceOf(Uint8Array)
  })

  it('writes a smaller file with the same pixels when it uses optimized tables', async () => {
    const image = photo(200, 150)
    const [standard, optimized] = (['standard', 'optimized'] as const).map((huffman) =>
      encodeJpeg(image, { quality: 60, subsampling: '444', huffman }),
    )
    expect(optimized!.length).toBeLessThan(standard!.length)
    expect(await readBySharp(optimized!)).toEqual(await readBySharp(standard!))
  })

  it('writes the given quantization tables and segments', async () => {
    const tables = [new Uint16Array(64).fill(3), Uint16Array.from({ length: 64 }, (_, i) => i + 1)] as const
    const data = new TextEncoder().encode('STRATA\0x')
    const image = photo(40, 40)
    const jpeg = encodeJpeg(image, {
      quality: 1,
      subsampling: '444',
      tables,
      segments: [{ marker: 0xe9, data }],
    })
    expect(tablesOf(jpeg)).toEqual(tables.map((table) => [...table]))
    const segments = segmentsOf(jpeg)
    expect(segments.map(({ marker }) => marker)).toEqual([0xe0, 0xe9, 0xdb, 0xc0, 0xc4, 0xda])
    expect(new TextDecoder().decode(segments[1]!.data)).toBe('STRATA\0x')
    expect(psnr(image, await readBySharp(jpeg))).toBeGreaterThan(30)
  })

  it('writes pictures of up to 65535 pixels a side', () => {
    for (const [width, height] of [
      [65535, 1],
      [1, 65535],
    ] as const) {
      const data = new Uint8Array(3 * 65535).fill(90)
      // libjpeg reads at most 65500 pixels a side.
      const decoded = readByJpegJs(encodeJpeg({ width, height, data }, { quality: 50, subsampling: '420' }))
      expect([decoded.width, decoded.height]).toEqual([width, height])
    }
  })

  it('does not change the rows it is given', () => {
    const image = photo(33, 33)
    const before = image.data.slice()
    encodeJpeg(image, { quality: 50, subsampling: '420' })
    expect(image.data).toEqual(before)
  })
})

describe('the JPEG writer with wrong arguments', () => {
  const good = { width: 8, height: 8, quality: 75, subsampling: '420' } as const
  const segment = (marker: number, length: number) => ({
    segments: [{ marker, data: new Uint8Array(length) }],
  })

  it.each([
    ['width', { width: 0 }],
    ['width', { width: 8.5 }],
    ['height', { height: Number.NaN }],
    ['quality', { quality: 0 }],
    ['quality', { quality: 101 }],
    ['subsampling', { subsampling: '422' as '420' }],
    ['huffman', { huffman: 'fast' as 'standard' }],
    ['tables', { tables: [new Uint16Array(64), new Uint16Array(64).fill(1)] as const }],
    ['tables', { tables: [new Uint16Array(64).fill(256), new Uint16Array(64).fill(1)] as const }],
    ['tables', { tables: [new Uint16Array(63).fill(1), new Uint16Array(64).fill(1)] as const }],
    ['segments', segment(0xdb, 1)],
    ['segments', segment(0xe9, 65534)],
  ])('names %s', (name, change) => {
    const failure = expect.objectContaining({
      code: 'PARAM_INVALID',
      message: expect.stringContaining(`${name}: expected`),
    })
    expect(() => createJpegWriter({ ...good, ...change })).toThrow(failure)
  })

  it('throws INPUT_TOO_LARGE for a side above 65535', () => {
    const failure = expect.objectContaining({ code: 'INPUT_TOO_LARGE' })
    expect(() => createJpegWriter({ ...good, width: 65536 })).toThrow(failure)
    expect(() => createJpegWriter({ ...good, height: 70000 })).toThrow(failure)
  })

  it('throws INTERNAL for parts of rows, too many rows and missing rows', () => {
    const internal = expect.objectContaining({ code: 'INTERNAL' })
    expect(() => createJpegWriter(good).write(new Uint8Array(25))).toThrow(internal)
    expect(() => createJpegWriter(good).write(new Uint8Array(24 * 9))).toThrow(internal)
    const writer = createJpegWriter(good)
    writer.write(new Uint8Array(24 * 7))
    expect(() => writer.finish()).toThrow(internal)
  })
})

/** Reads the quantization tables of a file, in natural order. */
function tablesOf(jpeg: Uint8Array): number[][] {
  const dqt = segmentsOf(jpeg).filter(({ marker }) => marker === 0xdb)
  const all = concat(dqt.map(({ data }) => data))
  return [0, 1].map((i) => {
    const zigzag = all.subarray(65 * i + 1, 65 * i + 65)
    const natural = new Array<number>(64)
    for (let at = 0, u = 0, v = 0; at < 64; at++) {
      natural[8 * v + u] = zigzag[at]!
      const up = (u + v) % 2 === 0
      if (up && u === 7) v++
      else if (up && v === 0) u++
      else if (!up && v === 7) u++
      else if (!up && u === 0) v++
      else [u, v] = up ? [u + 1, v - 1] : [u - 1, v + 1]
    }
    return natural
  })
}
