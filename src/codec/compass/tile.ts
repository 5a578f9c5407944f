import type { Tensor } from '../../runtime/types.ts'
import { SAMPLE_SCALE } from './liff.ts'
import type { RowWindow } from './row-window.ts'

/** What the networks call 1 is the sample 255. */
const UNIT = 255 * SAMPLE_SCALE

/**
 * Rows [top, top + rows) of a window as a picture tensor of `columns` columns in [0, 1]; what lies beyond the
 * picture's right and lower edge is replicated.
 */
export function pictureTensor(
  window: RowWindow<Int16Array>,
  height: number,
  top: number,
  rows: number,
  columns: number,
): Tensor {
  const data = new Float32Array(3 * rows * columns)
  const { samples, width } = window
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < rows; row++) {
      const from = window.offset(channel, Math.min(top + row, height - 1))
      const to = (channel * rows + row) * columns
      for (let x = 0; x < width; x++) data[to + x] = (samples[from + x] as number) * (1 / UNIT)
      data.fill(data[to + width - 1] as number, to + width, to + columns)
    }
  }
  return { data, dims: [1, 3, rows, columns] }
}

/** Rows [skip, skip + rows) and the first `width` columns of a picture tensor as planar samples. */
export function samplesOf(tensor: Tensor, skip: number, rows: number, width: number): Int16Array {
  const [tileRows = 0, columns = 0] = tensor.dims.slice(2)
  const { data } = tensor
  const out = new Int16Array(3 * rows * width)
  let target = 0
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < rows; row++) {
      const from = (channel * tileRows + row + skip) * columns
      for (let x = 0; x < width; x++) {
        const value = (data[from + x] as number) * UNIT
        out[target++] = value <= 0 ? 0 : value >= UNIT ? UNIT : value + 0.5
      }
    }
  }
  return out
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
