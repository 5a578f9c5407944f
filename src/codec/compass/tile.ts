import type { Tensor } from '../../runtime/types.ts'
import { SAMPLE_SCALE } from './liff.ts'
import type { RowWindow } from './row-window.ts'

/** What the networks call 1 is the sample 255. */
const UNIT = 255 * SAMPLE_SCALE

/** Part of a picture, in pixels. */
export interface Area {
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly columns: number
}

/**
 * An area of a picture's rows as a tensor in [0, 1]; what lies beyond the picture's right and lower edge is
 * replicated.
 */
export function pictureTensor(window: RowWindow<Int16Array>, height: number, area: Area): Tensor {
  const { top, left, rows, columns } = area
  const data = new Float32Array(3 * rows * columns)
  const { samples, width } = window
  const inside = Math.min(columns, width - left)
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < rows; row++) {
      const from = window.offset(channel, Math.min(top + row, height - 1)) + left
      const to = (channel * rows + row) * columns
      for (let x = 0; x < inside; x++) data[to + x] = (samples[from + x] as number) * (1 / UNIT)
      data.fill(data[to + inside - 1] as number, to + inside, to + columns)
    }
  }
  return { data, dims: [1, 3, rows, columns] }
}

/**
 * The same with 2x2 pixels in the channels as (position, colour), which is how synthesis and features take pictures:
 * [1, 12, rows / 2, columns / 2]. All four numbers of the area are even.
 */
export function halfTensor(window: RowWindow<Int16Array>, height: number, area: Area): Tensor {
  const { top, left, rows, columns } = area
  const plane = (rows * columns) / 4
  const data = new Float32Array(12 * plane)
  const { samples, width } = window
  const last = width - 1 - left
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < rows; row++) {
      const from = window.offset(channel, Math.min(top + row, height - 1)) + left
      for (let parity = 0; parity < 2; parity++) {
        let to = ((2 * (row & 1) + parity) * 3 + channel) * plane + (row >> 1) * (columns / 2)
        let x = parity
        for (; x <= last && x < columns; x += 2) data[to++] = (samples[from + x] as number) * (1 / UNIT)
        for (; x < columns; x += 2) data[to++] = (samples[from + last] as number) * (1 / UNIT)
      }
    }
  }
  return { data, dims: [1, 12, rows / 2, columns / 2] }
}

/**
 * Rounds and clips an area of the size of `to` out of a picture tensor in the layout of `halfTensor`, from pixel
 * `from` (even) on, into the window.
 */
export function storeSamples(
  tensor: Tensor,
  from: Pick<Area, 'top' | 'left'>,
  window: RowWindow<Int16Array>,
  to: Area,
): void {
  const [halfRows = 0, halfColumns = 0] = tensor.dims.slice(2)
  const { data } = tensor
  const { samples } = window
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < to.rows; row++) {
      const line = ((from.top + row) >> 1) * halfColumns + (from.left >> 1)
      const target = window.offset(channel, to.top + row) + to.left
      for (let parity = 0; parity < 2; parity++) {
        let source = ((2 * (row & 1) + parity) * 3 + channel) * halfRows * halfColumns + line
        for (let x = parity; x < to.columns; x += 2) {
          // Min and max, not a choice between whole and other numbers, for which V8 makes an object of every sample.
          samples[target + x] = Math.min(Math.max((data[source++] as number) * UNIT, 0), UNIT) + 0.5
        }
      }
    }
  }
}

/** Rows [top, bottom) of a window as interleaved 8-bit RGB. */
export function rgbRows(window: RowWindow<Int16Array>, top: number, bottom: number): Uint8Array {
  const { samples, width } = window
  const out = new Uint8Array(3 * (bottom - top) * width)
  for (let channel = 0; channel < 3; channel++) {
    let target = channel
    for (let row = top; row < bottom; row++) {
      const from = window.offset(channel, row)
      for (let x = 0; x < width; x++) {
        out[target] = ((samples[from + x] as number) + SAMPLE_SCALE / 2) >> 6
        target += 3
      }
    }
  }
  return out
}
