import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowWindow } from '../../../src/codec/compass/row-window.ts'

const WIDTH = 3
const value = (plane: number, row: number, x: number) => plane * 10_000 + row * 10 + x

function tile(from: number, rows: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: 2 * rows * WIDTH }, (_, i) => {
    const [plane, rest] = [Math.floor(i / (rows * WIDTH)), i % (rows * WIDTH)]
    return value(plane, from + Math.floor(rest / WIDTH), rest % WIDTH)
  })
}

describe('RowWindow', () => {
  it('holds exactly the rows between the last discard and the last push', () => {
    const step = fc.record({ push: fc.integer({ min: 0, max: 9 }), keep: fc.integer({ min: 0, max: 6 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const window = new RowWindow((length) => new Int16Array(length), 2, WIDTH)
        for (const { push, keep } of steps) {
          window.push(tile(window.to, push), push)
          window.discard(window.to - keep)
          for (let plane = 0; plane < 2; plane++) {
            for (let row = window.from; row < window.to; row++) {
              expect(window.samples[window.offset(plane, row) + 1]).toBe(value(plane, row, 1))
            }
          }
        }
      }),
    )
  })

  it('does not grow while rows are dropped as fast as they come', () => {
    const window = new RowWindow((length) => new Int16Array(length), 2, WIDTH)
    for (let i = 0; i < 1000; i++) {
      window.push(tile(window.to, 4), 4)
      window.discard(window.to - 2)
    }
    expect(window.samples.length).toBeLessThanOrEqual(2 * 8 * WIDTH)
  })

  it('refuses a row that it no longer holds', () => {
    const window = new RowWindow((length) => new Int16Array(length), 2, WIDTH)
    window.push(tile(0, 4), 4)
    window.discard(2)
    expect(() => window.offset(0, 1)).toThrow(/row 1 asked of a window that holds \[2, 4\)/)
  })
})
