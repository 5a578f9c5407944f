import type { TensorAccess } from '../../../network/engine.ts'
import type { RowWindow } from './row-window.ts'
import { SAMPLE_SCALE } from './samples.ts'

/** White in samples; networks were trained on 0..1, which is 0..UNIT. */
export const UNIT = 255 * SAMPLE_SCALE

/** Channels of a cell of 2x2 pixels: (position, colour). A row of the cell is half of them, as in a row of pixels. */
const CELL = 12
const HALF = 6

/** Part of a picture, in pixels. */
export interface Area {
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

/**
 * Writes an area of a picture's rows as networks take it: 2x2 pixels to a cell, channels (position, colour), less
 * `middle`. What lies beyond the picture's right and lower edge is replicated. All four numbers of the area are even.
 */
export function cellWriter(window: RowWindow, height: number, area: Area, middle = 0): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    const { top, left, rows, columns } = area
    const { samples, width } = window
    const [source, target] = [pairs(samples), pairs(view)]
    const whole = Math.min(columns, width - left) >> 1
    for (let row = 0; row < rows; row++) {
      const line = window.offset(Math.min(top + row, height - 1))
      const to = offset + (row >> 1) * rowStride + HALF * (row & 1)
      copyHalves(source, line + 3 * left, HALF, target, to, cellStride, whole)
      const end = to + (columns >> 1) * cellStride
      for (let at = to + whole * cellStride, x = left + 2 * whole; at < end; at += cellStride, x += 2) {
        for (let i = 0; i < HALF; i++) {
          const pixel = Math.min(x + (i < 3 ? 0 : 1), width - 1)
          view[at + i] = samples[line + 3 * pixel + (i % 3)] as number
        }
      }
      if (middle !== 0) lower(view, to, cellStride, columns >> 1, middle)
    }
  }
}

/** What `cellWriter` writes, densely: [rows / 2][columns / 2][12]. */
export function pictureCells(window: RowWindow, height: number, area: Area, middle = 0): Int16Array {
  const cells = new Int16Array(3 * area.rows * area.columns)
  cellWriter(window, height, area, middle)(cells, CELL, (area.columns >> 1) * CELL, 0)
  return cells
}

/**
 * Stores an area of the size of `to` out of cells as above, from pixel `from` on, into the window. All columns are even
 * but the last of an odd width.
 */
export function cellReader(from: Pick<Area, 'top' | 'left'>, window: RowWindow, to: Area): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    const [source, target] = [pairs(view), pairs(window.samples)]
    // The window has a place for the pixel that an odd width lacks.
    const whole = (to.columns + 1) >> 1
    for (let row = 0; row < to.rows; row++) {
      const y = from.top + row
      const cell = offset + (y >> 1) * rowStride + HALF * (y & 1) + (from.left >> 1) * cellStride
      copyHalves(source, cell, cellStride, target, window.offset(to.top + row) + 3 * to.left, HALF, whole)
    }
  }
}

/**
 * Copies `count` halves of cells that lie `fromStride` values apart to where they lie `toStride` apart: two values at a
 * time, since all positions are even.
 */
function copyHalves(
  source: Int32Array,
  from: number,
  fromStride: number,
  target: Int32Array,
  to: number,
  toStride: number,
  count: number,
): void {
  const [sourceStep, targetStep] = [fromStride >> 1, toStride >> 1]
  let i = from >> 1
  let j = to >> 1
  for (let k = 0; k < count; k++) {
    target[j] = source[i] as number
    target[j + 1] = source[i + 1] as number
    target[j + 2] = source[i + 2] as number
    i += sourceStep
    j += targetStep
  }
}

function pairs({ buffer, byteOffset, length }: Int16Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length >> 1)
}

function lower(view: Int16Array, at: number, stride: number, count: number, middle: number): void {
  for (const end = at + count * stride; at < end; at += stride) {
    view[at] = (view[at] as number) - middle
    view[at + 1] = (view[at + 1] as number) - middle
    view[at + 2] = (view[at + 2] as number) - middle
    view[at + 3] = (view[at + 3] as number) - middle
    view[at + 4] = (view[at + 4] as number) - middle
    view[at + 5] = (view[at + 5] as number) - middle
  }
}
