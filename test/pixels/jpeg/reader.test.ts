import sharp, { type JpegOptions } from 'sharp'
import { describe, expect, it } from 'vitest'
import { quantizePicture, writeCoefficients } from '../../../src/pixels/jpeg/coefficients.ts'
import { jpegSegments, readJpeg } from '../../../src/pixels/jpeg/reader.ts'
import { tablesForQuality } from '../../../src/pixels/jpeg/tables.ts'
import { encodeJpeg } from '../../../src/pixels/jpeg/writer.ts'
import { checker, generator, noise, photo, text } from '../../pictures.ts'
import { writeBySharp } from './read.ts'

describe.each(['420', '444'] as const)('readJpeg, %s', (subsampling) => {
  it.each([
    [1, 1],
    [7, 5],
    [8, 8],
    [33, 17],
    [100, 75],
  ])('returns the coefficients that were written at %i x %i', (width, height) => {
    for (const paint of [photo, noise, text, checker]) {
      for (const huffman of ['standard', 'optimized'] as const) {
        const options = { quality: 85, subsampling, huffman }
        const coefficients = quantizePicture(paint(width, height), options)
        const file = readJpeg(writeCoefficients(coefficients, options))
        expect(file.coefficients).toEqual(coefficients)
        expect(file.tables).toEqual(tablesForQuality(85))
      }
    }
  })

  it('reads files of libjpeg-turbo', async () => {
    const image = photo(61, 45)
    const { coefficients, tables } = readJpeg(await writeBySharp(image, 75, subsampling, true))
    expect(tables).toEqual(tablesForQuality(75))
    const own = quantizePicture(image, { quality: 75, subsampling })
    expect(coefficients.layout).toEqual(own.layout)
    const differing = coefficients.scan.filter((value, i) => value !== own.scan[i]).length
    expect(differing / coefficients.scan.length).toBeLessThan(0.05)
  })
})

describe('readJpeg refuses', () => {
  const image = photo(40, 24)
  const good = encodeJpeg(image, { quality: 75, subsampling: '444' })
  const bySharp = async (options: JpegOptions, grey = false): Promise<Uint8Array> => {
    const raw = { width: 40, height: 24, channels: 3 } as const
    const pipeline = sharp(image.data, { raw })
    return new Uint8Array(await (grey ? pipeline.toColourspace('b-w') : pipeline).jpeg(options).toBuffer())
  }

  it('other kinds of JPEG', async () => {
    const files = [await bySharp({ progressive: true }), await bySharp({}, true)]
    for (const file of files) expect(() => readJpeg(file)).toThrow(/^JPEG: expected .* got /)
  })

  it('a file that is cut at any byte', () => {
    for (let length = 0; length < good.length - 2; length += 3) {
      expect(() => readJpeg(good.subarray(0, length)), `${length} bytes`).toThrow(/^JPEG: expected/)
    }
  })

  it('damaged files with INPUT_* errors, or reads them', () => {
    const random = generator(11)
    for (let i = 0; i < 2000; i++) {
      const damaged = good.slice()
      for (let n = 0; n < 3; n++) damaged[Math.floor(random() * good.length)] = Math.floor(random() * 256)
      try {
        const { coefficients } = readJpeg(damaged)
        expect(coefficients.scan.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^INPUT_/) })
      }
    }
  })

  it('a picture of more than maxPixels', () => {
    expect(readJpeg(good, 40 * 24).coefficients.layout.width).toBe(40)
    expect(() => readJpeg(good, 40 * 24 - 1)).toThrow(
      expect.objectContaining({ code: 'INPUT_TOO_LARGE', message: expect.stringContaining('40 x 24') }),
    )
  })

  it('other files', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff, 0xd8), new TextEncoder().encode('no JPEG')]) {
      expect(() => jpegSegments(bytes)).toThrow(/^JPEG: expected/)
    }
  })
})
