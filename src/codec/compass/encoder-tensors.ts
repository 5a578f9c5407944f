import type { RgbImage } from '../../core/image.ts'
import type { Tensor } from '../../runtime/types.ts'
import { type Area, UNIT } from './cells.ts'
import { SAMPLE_SCALE } from './liff.ts'

/** An area of a picture in samples, in the layout of `pictureCells`; beyond the picture its edge is replicated. */
export function sourceCells({ width, height, data }: RgbImage, area: Area): Int16Array {
  const { top, left, rows, columns } = area
  const out = new Int16Array(3 * rows * columns)
  for (let row = 0; row < rows; row++) {
    const line = Math.min(top + row, height - 1) * width
    for (let x = 0; x < columns; x++) {
      const pixel = 3 * (line + Math.min(left + x, width - 1))
      const to = (row >> 1) * 6 * columns + 12 * (x >> 1) + 6 * (row & 1) + 3 * (x & 1)
      for (let channel = 0; channel < 3; channel++) {
        out[to + channel] = (data[pixel + channel] as number) * SAMPLE_SCALE
      }
    }
  }
  return out
}

/** Cells of samples as float networks take them: [1, 12, rows / 2, columns / 2] in [0, 1]. */
export function pictureTensor(cells: Int16Array, rows: number, columns: number): Tensor {
  const plane = cells.length / 12
  const data = new Float32Array(cells.length)
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 12; c++) data[c * plane + i] = (cells[12 * i + c] as number) / UNIT
  }
  return { data, dims: [1, 12, rows / 2, columns / 2] }
}
