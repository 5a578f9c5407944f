import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowWindow, rowPitch } from '../../../../src/codec/compass/shared/row-window.ts'

const WIDTH = 3
const value = (row: number, i: number) => row * 20 + i

function push(window: RowWindow, rows: number): void {
  const from = window.to
  window.extend(rows)
  for (let row = from; row < from + rows; row++) {
    const at = window.offset(row)
    for (let i = 0; i < window.pitch; i++) window.samples[at + i] = value(row, i)
  }
}

describe('RowWindow', () => {
  it('has an even number of pixels in a row', () => {
    expect([1, 2, 3, 640].map(rowPitch)).toEqual([6, 6, 12, 1920])
    expect(new RowWindow(WIDTH).pitch).toBe(12)
  })

  it('holds exactly the rows between the last discard and the last push', () => {
    const step = fc.record({ rows: fc.integer({ min: 0, max: 9 }), keep: fc.integer({ min: 0, max: 6 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const window = new RowWindow(WIDTH)
        for (const { rows, keep } of steps) {
          push(window, rows)
          window.discard(window.to - keep)
          for (let row = window.from; row < window.to; row++) {
            expect(window.samples[window.offset(row) + 7]).toBe(value(row, 7))
          }
        }
      }),
    )
  })

  it('gives rows that lie together', () => {
    const window = new RowWindow(WIDTH)
    push(window, 5)
    window.discard(2)
    const rows = window.slice(2, 4)
    expect(rows).toHaveLength(2 * 12)
    expect([rows[0], rows[12 + 5]]).toEqual([value(2, 0), value(3, 5)])
  })

  it('does not grow while rows are dropped as fast as they come', () => {
    const window = new RowWindow(WIDTH)
    for (let i = 0; i < 1000; i++) {
      push(window, 4)
      window.discard(window.to - 2)
    }
    expect(window.samples.length).toBeLessThanOrEqual(8 * 12)
  })

  it('refuses a row that it no longer holds, or not yet', () => {
    const window = new RowWindow(WIDTH)
    push(window, 4)
    window.discard(2)
    expect(() => window.offset(1)).toThrow(/row 1 asked of a window that holds \[2, 4\)/)
    expect(() => window.slice(2, 5)).toThrow(/row 4 asked/)
  })

  it('is empty when closed, and goes on where it was', () => {
    const window = new RowWindow(WIDTH)
    push(window, 4)
    window.close()
    expect(window.samples).toHaveLength(0)
    push(window, 2)
    expect([window.from, window.to, window.samples[window.offset(5)]]).toEqual([4, 6, value(5, 0)])
  })
})
