import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { blurInput, createBlur, ROW_START } from '../../src/pixels/ssimulacra2/blur.ts'
import { REACH } from '../../src/pixels/ssimulacra2/gaussian.ts'
import { scalesOf } from '../../src/pixels/ssimulacra2/weights.ts'
import { createSsimulacra2Pass, Ssimulacra2, ssimulacra2 } from '../../src/pixels/ssimulacra2.ts'
import { gradient, PICTURES, photo } from '../pictures.ts'
import { DAMAGES } from './degraded.ts'

const invalid = (text: string) =>
  expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(text) })

describe('ssimulacra2', () => {
  // The expected scores are those of ssimulacra2_rs 0.5.2 (crate ssimulacra2 0.5.1) for the same pixels.
  it.each([
    ['photo', 192, 128, 'soft', 1, 62.189],
    ['photo', 192, 128, 'soft', 2, 40.113],
    ['photo', 192, 128, 'levels', 16, 58.706],
    ['photo', 192, 128, 'levels', 32, 21.263],
    ['photo', 192, 128, 'speckle', 8, 76.619],
    ['photo', 192, 128, 'speckle', 20, 44.886],
    ['photo', 201, 133, 'blocks', 4, 60.066],
    ['photo', 201, 133, 'chroma', 2, 45.208],
    ['photo', 201, 133, 'chroma', 4, -15.262],
    ['photo', 97, 61, 'speckle', 12, 46.884],
    ['photo', 97, 61, 'darker', 14, 74.536],
    ['photo', 129, 257, 'shift', 1, 44.05],
    ['text', 129, 257, 'speckle', 16, 73.05],
    ['text', 120, 80, 'levels', 20, 75.385],
    ['text', 90, 60, 'blocks', 3, 59.695],
    ['gradient', 255, 65, 'levels', 10, 70.411],
    ['gradient', 255, 65, 'speckle', 4, 77.861],
    ['noise', 64, 64, 'levels', 64, 61.953],
    ['noise', 64, 64, 'blocks', 2, 42.577],
    ['photo', 511, 300, 'levels', 12, 49.142],
    ['photo', 640, 480, 'speckle', 6, 76.657],
    ['photo', 97, 61, 'darker', 6, 90.418],
    // Sizes with fewer than six scales.
    ['photo', 8, 8, 'soft', 1, 80.814],
    ['photo', 8, 120, 'soft', 1, 88.323],
    ['photo', 120, 9, 'blocks', 4, 88.626],
    ['photo', 15, 16, 'levels', 24, 86.476],
    ['photo', 33, 31, 'chroma', 8, -64.267],
    ['photo', 70, 40, 'blocks', 8, -32.804],
  ] as const)(
    'scores %s %i x %i with the damage %s %i as the reference tool does: %f',
    (kind, width, height, damage, by, expected) => {
      const image = PICTURES[kind](width, height)
      expect(Math.abs(ssimulacra2(image, DAMAGES[damage](image, by)) - expected)).toBeLessThan(0.1)
    },
  )

  it.each(['photo', 'gradient', 'text', 'checker', 'noise'] as const)(
    'is 100 for two equal pictures of the kind %s',
    (kind) => {
      const image = PICTURES[kind](53, 37)
      expect(ssimulacra2(image, image)).toBe(100)
    },
  )

  it('does not change the pictures', () => {
    const image = photo(40, 30)
    const damaged = DAMAGES.soft(image, 1)
    const copies = [image, damaged].map(({ data }) => data.slice())
    ssimulacra2(image, damaged)
    expect([image.data, damaged.data]).toEqual(copies)
  })

  it('throws PARAM_INVALID for pictures of two sizes and for a side below 8 pixels', () => {
    expect(() => ssimulacra2(photo(20, 10), photo(10, 20))).toThrow(
      invalid('expected 20 x 10 pixels, got "10 x 20"'),
    )
    for (const [width, height] of [
      [7, 8],
      [8, 7],
    ] as const) {
      const image: RgbImage = photo(width, height)
      expect(() => ssimulacra2(image, image)).toThrow(
        invalid('expected an integer of at least 8 pixels, got 7'),
      )
    }
  })
})

describe('Ssimulacra2', () => {
  it('scores several pictures as if each were alone', () => {
    const image = photo(90, 70)
    const scorer = new Ssimulacra2(image)
    const others = [DAMAGES.soft(image, 2), DAMAGES.speckle(image, 9), image, gradient(90, 70)]
    expect(others.map((other) => scorer.score(other))).toEqual(
      others.map((other) => ssimulacra2(image, other)),
    )
    expect(scorer.score(others[0]!)).toBeLessThan(scorer.score(others[1]!))
    expect(scorer.score(image)).toBe(100)
  })
})

describe('createSsimulacra2Pass', () => {
  it('gives the same score however the rows are cut into pieces', () => {
    const image = photo(61, 43)
    const damaged = DAMAGES.levels(image, 12)
    for (const rows of [1, 7, 43]) {
      const pass = createSsimulacra2Pass(61, 43)
      for (let at = 0; at < image.data.length; at += 183 * rows) {
        pass.write(image.data.subarray(at, at + 183 * rows), damaged.data.subarray(at, at + 183 * rows))
      }
      expect(pass.score()).toBe(ssimulacra2(image, damaged))
    }
  })

  it('throws PARAM_INVALID for parts of rows, unequal numbers of rows, too many and missing rows', () => {
    const pass = createSsimulacra2Pass(10, 8)
    const rows = (bytes: number) => new Uint8Array(bytes)
    expect(() => pass.write(rows(31), rows(31))).toThrow(invalid('whole rows of 30 bytes'))
    expect(() => pass.write(rows(60), rows(30))).toThrow(invalid('got "60 and 30 bytes"'))
    expect(() => pass.write(rows(270), rows(270))).toThrow(invalid('at most 8'))
    pass.write(rows(210), rows(210))
    expect(() => pass.score()).toThrow(invalid('rows: expected 8, got 7'))
  })
})

describe('createBlur', () => {
  it('spreads an impulse over 9 x 9 samples, nearly as a Gaussian of sigma 1.5', () => {
    const blur = createBlur(30)
    const rows = Array.from({ length: 24 }, (_, y) => {
      const row = blurInput(30)
      if (y === 8) row[ROW_START + 12] = 1
      blur.write(row)
      return blur.out.slice()
    })
    rows.slice(REACH).forEach((row, y) => {
      row.forEach((weight, x) => {
        const inside = Math.max(Math.abs(x - 12), Math.abs(y - 8)) <= REACH
        const gaussian = Math.exp(-((x - 12) ** 2 + (y - 8) ** 2) / 4.5) / (2 * Math.PI * 2.25)
        expect(Math.abs(weight - (inside ? gaussian : 0))).toBeLessThan(inside ? 0.004 : 1e-6)
      })
    })
  })
})

describe('scalesOf', () => {
  it.each([
    [8, 8, 2],
    [1000, 15, 3],
    [16, 17, 3],
    [112, 200, 5],
    [113, 200, 6],
    [8000, 5000, 6],
  ])('of %i x %i pixels is %i', (width, height, scales) => {
    expect(scalesOf(width, height)).toBe(scales)
  })
})
