import { describe, expect, it } from 'vitest'
import { arrivalRate, decodes, plainBytes, weigh } from '../../src/client/plain/worth.ts'

const SMALL = { pixels: 320 * 213, bytes: 13_000, growth: 2.4 }
const LARGE = { pixels: 1280 * 853, bytes: 68_000, growth: 2 }
const page = (count: number, picture: { pixels: number; bytes: number | undefined; growth: number }) => ({
  ...{ saveData: false, stored: false },
  pictures: Array.from({ length: count }, () => picture),
})

describe('the decoder', () => {
  it.each([
    ['20 pictures of 320 pixels that may be enlarged', page(20, SMALL), true],
    ['8 of them', page(8, SMALL), false],
    ['one large picture', page(1, LARGE), false],
    ['4 large pictures', page(4, LARGE), true],
    ['20 small pictures whose bytes are not told', page(20, { ...SMALL, bytes: undefined }), true],
    ['200 pictures that are as large as they get', page(200, { ...SMALL, growth: 1 }), false],
    ['200 icons of 32 pixels', page(200, { pixels: 1024, bytes: 900, growth: 2 }), false],
    ['a page without pictures', page(0, SMALL), false],
    ['20 pictures where data is saved', { ...page(20, SMALL), saveData: true }, false],
    ['3 small pictures, and the models are stored', { ...page(3, SMALL), stored: true }, true],
    ['one small picture, and the models are stored', { ...page(1, SMALL), stored: true }, false],
  ])('for %s pays: %#', (_, facts, expected) => {
    expect(weigh(facts).isWorth).toBe(expected)
  })

  it('saves in proportion to the pictures, and costs little when it is stored', () => {
    const [one, two] = [weigh(page(1, SMALL)), weigh(page(2, SMALL))]
    expect(two.saved).toBeCloseTo(2 * one.saved)
    expect(weigh({ ...page(1, SMALL), stored: true }).spent).toBeLessThan(one.spent / 100)
  })
})

describe('a larger picture comes from layers', () => {
  // 1.6 Mbit/s, and 1280 x 853 in 0.23 s.
  const link = { rate: 200, speed: 4700, queue: { pixels: 0, plain: 0 } }
  const grown = { plain: 29_000, missing: undefined, pixels: 640 * 427 }

  it.each([
    ['640 pixels without lower layers over a slow link', { ...link, ...grown }, true],
    ['the same on a machine six times slower', { ...link, ...grown, speed: 780 }, false],
    ['the same over a fast link', { ...link, ...grown, rate: 5000 }, true],
    [
      '2560 pixels over a fast link',
      { ...link, plain: 160_000, missing: undefined, pixels: 4.4e6, rate: 5000 },
      false,
    ],
    [
      '2560 pixels over a slow link, with half of the bytes here',
      { ...link, plain: 160_000, missing: 80_000, pixels: 2e6 },
      true,
    ],
    [
      '640 pixels behind nineteen like it over a slow link',
      { ...link, ...grown, queue: { pixels: 19 * 640 * 427, plain: 19 * 29_000 } },
      true,
    ],
    [
      'the same over a fast link',
      { ...link, ...grown, rate: 5000, queue: { pixels: 19 * 640 * 427, plain: 19 * 29_000 } },
      false,
    ],
    [
      'the first picture of a machine that nothing is known of',
      { ...link, ...grown, speed: undefined },
      true,
    ],
    [
      'the second picture of such a machine',
      { ...link, ...grown, speed: undefined, queue: { pixels: 640 * 427, plain: 29_000 } },
      false,
    ],
    ['all bytes stored', { ...link, ...grown, missing: 0 }, true],
    ['layers that take more bytes', { ...link, ...grown, missing: 30_000 }, false],
    ['a link that nothing is known of', { ...link, ...grown, rate: undefined }, true],
  ])('%s: %#', (_, growth, expected) => {
    expect(decodes(growth)).toBe(expected)
  })
})

describe('plainBytes', () => {
  it('grows more slowly than the pixels, starting from the known file', () => {
    expect(plainBytes(SMALL.pixels)).toBeCloseTo(13_000)
    expect(plainBytes(4 * 1000, { pixels: 1000, bytes: 5000 }) / 5000).toBeCloseTo(2.3, 1)
    expect(plainBytes(1000, { pixels: 1000, bytes: undefined })).toBeLessThan(13_000)
  })
})

describe('arrivalRate', () => {
  it('counts overlapping responses once, and no idle time', () => {
    const arrivals = [
      { start: 0, end: 100, bytes: 10_000 },
      { start: 50, end: 150, bytes: 10_000 },
      { start: 1000, end: 1050, bytes: 10_000 },
    ]
    expect(arrivalRate(arrivals)).toBe(150)
    expect(arrivalRate(arrivals.toReversed())).toBe(150)
    expect(arrivalRate([])).toBeUndefined()
  })
})
