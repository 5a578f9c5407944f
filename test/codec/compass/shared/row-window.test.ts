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
  it('pads a row to an even number of pixels', () => {
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

  it('returns several rows as one contiguous slice', () => {
    const window = new RowWindow(WIDTH)
    push(window, 5)
    window.discard(2)
    const rows = window.slice(2, 4)
    expect(rows).toHaveLength(2 * 12)
    expect([rows[0], rows[12 + 5]]).toEqual([value(2, 0), value(3, 5)])
  })

  it('does not grow while as many rows are discarded as added', () => {
    const window = new RowWindow(WIDTH)
    for (let i = 0; i < 1000; i++) {
      push(window, 4)
      window.discard(window.to - 2)
    }
    expect(window.samples.length).toBeLessThanOrEqual(8 * 12)
  })

  it('throws INTERNAL for rows that it does not hold', () => {
    const window = new RowWindow(WIDTH)
    push(window, 4)
    window.discard(2)
    expect(() => window.offset(1)).toThrow(/row: expected one of the window's \[2, 4\), got 1/)
    expect(() => window.slice(2, 5)).toThrow(/row: expected .*, got 4/)
  })

  it('is empty after close and can then be extended again', () => {
    const window = new RowWindow(WIDTH)
    push(window, 4)
    window.close()
    expect(window.samples).toHaveLength(0)
    push(window, 2)
    expect([window.from, window.to, window.samples[window.offset(5)]]).toEqual([4, 6, value(5, 0)])
  })
})
