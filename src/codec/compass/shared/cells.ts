import type { TensorAccess } from '../../../network/engine.ts'
import type { RowWindow } from './row-window.ts'
import { SAMPLE_SCALE } from './samples.ts'

/** Sample value of white. The range 0..UNIT is the range 0..1 in which networks were trained. */
export const UNIT = 255 * SAMPLE_SCALE

/** Channels of a cell of 2x2 pixels: (position, colour). Each half is one row of the cell, in the order of a pixel row. */
const CELL = 12
const HALF = 6

/** An area of a picture, in pixels. */
export interface Area {
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

/**
 * Makes a writer of an area of a picture for networks: 2x2 pixels to a cell, channels (position, colour), minus `middle`.
 * Beyond the right and the lower edge the picture is replicated. All four numbers of the area are even.
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

/** The values of `cellWriter` in a dense array, [rows / 2][columns / 2][12]. */
export function pictureCells(window: RowWindow, height: number, area: Area, middle = 0): Int16Array {
  const cells = new Int16Array(3 * area.rows * area.columns)
  cellWriter(window, height, area, middle)(cells, CELL, (area.columns >> 1) * CELL, 0)
  return cells
}

/**
 * Makes a reader that copies the area of cells from pixel `from` on into the area `to` of the window. All columns are even,
 * except at the end of an odd width.
 */
export function cellReader(from: Pick<Area, 'top' | 'left'>, window: RowWindow, to: Area): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    const [source, target] = [pairs(view), pairs(window.samples)]
    // A row of the window has room for the padding pixel of an odd width.
    const whole = (to.columns + 1) >> 1
    for (let row = 0; row < to.rows; row++) {
      const y = from.top + row
      const cell = offset + (y >> 1) * rowStride + HALF * (y & 1) + (from.left >> 1) * cellStride
      copyHalves(source, cell, cellStride, target, window.offset(to.top + row) + 3 * to.left, HALF, whole)
    }
  }
}

/**
 * Copies `count` halves of cells, which lie `fromStride` values apart, to positions `toStride` values apart. It copies two
 * values at a time, because all positions are even.
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
