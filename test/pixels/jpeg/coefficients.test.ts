import { describe, expect, it } from 'vitest'
import { blockRows, quantizePicture, writeCoefficients } from '../../../src/pixels/jpeg/coefficients.ts'
import { encodeJpeg } from '../../../src/pixels/jpeg/writer.ts'
import { photo } from '../../pictures.ts'

const SIZES = [
  [1, 1],
  [37, 21],
  [64, 48],
  [24, 40],
] as const

describe.each(['420', '444'] as const)('coefficients of a whole picture, %s', (subsampling) => {
  it.each(SIZES)('make the same file as createJpegWriter at %i x %i', (width, height) => {
    const image = photo(width, height)
    for (const huffman of ['standard', 'optimized'] as const) {
      const options = { quality: 70, subsampling, huffman }
      const file = writeCoefficients(quantizePicture(image, options), options)
      expect(file).toEqual(encodeJpeg(image, options))
    }
  })

  it('are visited by blockRows component by component, row by row, without padding', () => {
    const coefficients = quantizePicture(photo(37, 21), { quality: 70, subsampling })
    const rows = [...blockRows(coefficients)].map((row) => row.length / 64)
    const chroma = subsampling === '444' ? [5, 5, 5] : [3, 3]
    expect(rows).toEqual([5, 5, 5, ...chroma, ...chroma])
  })
})

describe('blockRows', () => {
  it('visits the blocks of a component in raster order', () => {
    const data = new Uint8Array(3 * 40 * 24)
    for (let i = 0; i < data.length; i++) {
      const x = Math.floor(i / 3) % 40
      const y = Math.floor(i / 120)
      data[i] = 10 * (5 * (y >> 3) + (x >> 3))
    }
    const image = { width: 40, height: 24, data }
    const coefficients = quantizePicture(image, { quality: 100, subsampling: '420' })
    const means = [...blockRows(coefficients)]
      .slice(0, 3)
      .flatMap((row) => [0, 1, 2, 3, 4].map((i) => row[64 * i]!))
    expect(means).toEqual(Array.from({ length: 15 }, (_, i) => 8 * (10 * i - 128)))
  })
})

describe('writeCoefficients', () => {
  it.each([
    [0, -1025],
    [0, 1024],
    [5, 1024],
    [63, -1024],
  ])('refuses coefficient %i = %i', (at, value) => {
    const options = { quality: 50, subsampling: '444' } as const
    const coefficients = quantizePicture(photo(8, 8), options)
    coefficients.scan[at] = value
    const failure = expect.objectContaining({ code: 'PARAM_INVALID' })
    expect(() => writeCoefficients(coefficients, options)).toThrow(failure)
  })
})
