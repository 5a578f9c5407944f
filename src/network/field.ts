import { gridOf } from './engine.ts'
import type { Life } from './plan.ts'

/**
 * Layout of a tensor in the kernels' memory, row after row. A cell is padded to whole vectors of 4 channels. With a border,
 * a row of zeros lies above and below the tensor, and a zero cell in front of every row, which also ends the row before.
 */
export interface Field {
  readonly rows: number
  readonly columns: number
  readonly channels: number
  readonly cellBytes: number
  readonly rowBytes: number
  /** Bytes from the start of the field to the cell (0, 0). */
  readonly margin: number
  /** Size of the whole field, a multiple of 16. */
  readonly bytes: number
  readonly hasBorder: boolean
}

/** Channels of a cell in the kernels' memory, padding included. */
export function paddedChannels(channels: number): number {
  return 4 * Math.ceil(channels / 4)
}

/** @param rows in units, like `columns` */
export function fieldOf({ shape, hasBorder }: Life, rows: number, columns: number): Field {
  const grid = gridOf(shape, rows, columns)
  const cellBytes = 2 * paddedChannels(shape.channels)
  const rowBytes = (grid.columns + (hasBorder ? 1 : 0)) * cellBytes
  const margin = hasBorder ? rowBytes + cellBytes : 0
  const end = (grid.rows + (hasBorder ? 2 : 0)) * rowBytes + (hasBorder ? cellBytes : 0)
  return { ...grid, cellBytes, rowBytes, margin, bytes: 16 * Math.ceil(end / 16), hasBorder }
}

/** Writes the zeros of the border. */
export function clearBorder(view: Int16Array, { rows, cellBytes, rowBytes, hasBorder }: Field): void {
  if (!hasBorder) return
  const row = rowBytes / 2
  const cell = cellBytes / 2
  view.fill(0, 0, row + cell)
  for (let at = 2 * row; at <= rows * row; at += row) view.fill(0, at, at + cell)
  view.fill(0, (rows + 1) * row, (rows + 2) * row + cell)
}

/** Copies values [rows][columns][channels] into a field. */
export function writeField(view: Int16Array, field: Field, values: Int16Array): void {
  forRuns(field, (at, from, length) => view.set(values.subarray(from, from + length), at))
}

/** Copies a field into a new array [rows][columns][channels]. */
export function readField(view: Int16Array, field: Field): Int16Array {
  const values = new Int16Array(field.rows * field.columns * field.channels)
  forRuns(field, (at, to, length) => values.set(view.subarray(at, at + length), to))
  return values
}

/** Calls `take` for the longest runs of values that are contiguous in a field (`at`) and in a dense array (`index`). */
function forRuns(field: Field, take: (at: number, index: number, length: number) => void): void {
  const { rows, columns, channels, cellBytes, rowBytes, margin } = field
  const isDense = cellBytes === 2 * channels
  const runs = isDense ? 1 : columns
  const length = isDense ? columns * channels : channels
  for (let row = 0; row < rows; row++) {
    for (let run = 0; run < runs; run++) {
      take((margin + row * rowBytes + run * cellBytes) / 2, (row * runs + run) * length, length)
    }
  }
}
