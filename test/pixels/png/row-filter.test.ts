import { describe, expect, it } from 'vitest'
import { createRowFilter } from '../../../src/pixels/png/row-filter.ts'
import { gradient, noise, photo } from '../../pictures.ts'

/** What a reader does (PNG, 9.2): the rows back from filtered ones, and the filters that were used. */
function unfilter(filtered: Uint8Array, rowBytes: number, samples: number) {
  const rows = filtered.length / (1 + rowBytes)
  const out = new Uint8Array(rows * rowBytes)
  const used = new Set<number>()
  for (let y = 0; y < rows; y++) {
    const number = filtered[y * (1 + rowBytes)]!
    used.add(number)
    for (let i = 0; i < rowBytes; i++) {
      const a = i < samples ? 0 : out[y * rowBytes + i - samples]!
      const b = y === 0 ? 0 : out[(y - 1) * rowBytes + i]!
      const c = y === 0 || i < samples ? 0 : out[(y - 1) * rowBytes + i - samples]!
      const nearest = [a, b, c].reduce((best, value) =>
        Math.abs(a + b - c - value) < Math.abs(a + b - c - best) ? value : best,
      )
      const predicted = [0, a, b, (a + b) >> 1, nearest][number]!
      out[y * rowBytes + i] = filtered[y * (1 + rowBytes) + 1 + i]! + predicted
    }
  }
  return { out, used }
}

describe('createRowFilter', () => {
  it.each([
    ['a photograph', photo(40, 30)],
    ['a gradient', gradient(40, 30)],
    ['noise', noise(40, 30)],
    ['one column', noise(1, 30)],
  ])('can be undone for %s, however the rows come', (_, { width, height, data }) => {
    const whole = createRowFilter(width, 3)(data)
    expect(unfilter(whole, 3 * width, 3).out).toEqual(data)
    const filter = createRowFilter(width, 3)
    const first = filter(data.subarray(0, 3 * width * 7))
    const rest = filter(data.subarray(3 * width * 7))
    expect(Buffer.concat([first, rest])).toEqual(Buffer.from(whole))
    expect(whole).toHaveLength(height * (1 + 3 * width))
  })

  it('chooses each filter where it leaves the smallest differences', () => {
    const width = 32
    const rows = (pixel: (x: number, y: number) => number) =>
      Uint8Array.from({ length: 3 * width * 6 }, (_, i) =>
        pixel(Math.floor(i / 3) % width, Math.floor(i / (3 * width))),
      )
    const usedFor = (data: Uint8Array) => unfilter(createRowFilter(width, 3)(data), 3 * width, 3).used
    expect(usedFor(rows(() => 0))).toEqual(new Set([0]))
    expect(usedFor(rows((x, y) => 7 * x + 50 * y)).has(1)).toBe(true)
    expect(usedFor(rows((x) => (x * x * 37) % 251)).has(2)).toBe(true)
    expect(usedFor(photo(64, 64).data.subarray(0, 3 * width * 60)).size).toBeGreaterThan(1)
  })
})
