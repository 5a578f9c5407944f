import { describe, expect, it } from 'vitest'
import { type Area, cellReader, pictureCells } from '../../../../src/codec/compass/shared/cells.ts'
import { RowWindow } from '../../../../src/codec/compass/shared/row-window.ts'

const sample = (x: number, y: number, channel: number) => 100 * y + 5 * x + channel

function picture(width: number, height: number): RowWindow {
  const window = new RowWindow(width)
  window.extend(height)
  window.samples.fill(-7)
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < 3 * width; i++) {
      window.samples[window.offset(y) + i] = sample(Math.floor(i / 3), y, i % 3)
    }
  }
  return window
}

/** The definition of cells: [row][column][position 0 1 / 2 3][colour]. */
function expectedCells(width: number, height: number, area: Area, middle: number): number[] {
  return Array.from({ length: 3 * area.rows * area.columns }, (_, i) => {
    const [cell, position, channel] = [Math.floor(i / 12), Math.floor((i % 12) / 3), i % 3]
    const y = area.top + 2 * Math.floor(cell / (area.columns / 2)) + (position >> 1)
    const x = area.left + 2 * (cell % (area.columns / 2)) + (position & 1)
    return sample(Math.min(x, width - 1), Math.min(y, height - 1), channel) - middle
  })
}

describe('pictureCells', () => {
  it.each([
    [8, 6, { top: 0, left: 0, rows: 6, columns: 8 }],
    [8, 6, { top: 2, left: 4, rows: 2, columns: 2 }],
    [7, 5, { top: 0, left: 0, rows: 8, columns: 8 }],
    [7, 5, { top: 4, left: 6, rows: 4, columns: 10 }],
    [1, 1, { top: 0, left: 0, rows: 8, columns: 8 }],
  ])('copies an area of a picture of %i x %i pixels and replicates its edges', (width, height, area) => {
    for (const middle of [0, 60]) {
      const cells = pictureCells(picture(width, height), height, area, middle)
      expect([...cells]).toEqual(expectedCells(width, height, area, middle))
    }
  })
})

describe('cellReader', () => {
  it.each([8, 7])('copies an area of cells into a window %i pixels wide', (width) => {
    const area = { top: 0, left: 0, rows: 8, columns: 8 }
    const cells = pictureCells(picture(8, 8), 8, area)
    const window = new RowWindow(width)
    window.extend(3)
    window.samples.fill(-7)
    const to = { top: 1, left: 2, rows: 2, columns: width - 2 }
    cellReader({ top: 4, left: 0 }, window, to)(cells, 12, 48, 0)
    for (let y = 0; y < 3; y++) {
      for (let i = 0; i < 3 * width; i++) {
        const [x, channel] = [Math.floor(i / 3), i % 3]
        const expected = y >= 1 && x >= 2 ? sample(x - 2, y - 1 + 4, channel) : -7
        expect(window.samples[window.offset(y) + i]).toBe(expected)
      }
    }
  })
})
