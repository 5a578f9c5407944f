import type { RgbImage } from '../../../core/image.ts'
import type { Tensor } from '../../../runtime/types.ts'
import { type Area, UNIT } from '../shared/cells.ts'
import { SAMPLE_SCALE } from '../shared/samples.ts'

const HYPER_LIMIT = 255

/** An area of a picture as samples in the layout of `pictureCells`. Beyond the picture its edge is replicated. */
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

/** Converts cells of samples to interleaved 8-bit RGB, [rows][columns][3]. */
export function cellsToRgb(cells: Int16Array, rows: number, columns: number): Uint8Array {
  const out = new Uint8ClampedArray(3 * rows * columns)
  for (let row = 0; row < rows; row++) {
    const from = (row >> 1) * 6 * columns + 6 * (row & 1)
    const to = 3 * columns * row
    for (let x = 0; x < columns; x++) {
      const pixel = from + 12 * (x >> 1) + 3 * (x & 1)
      for (let c = 0; c < 3; c++) out[to + 3 * x + c] = (cells[pixel + c] as number) / SAMPLE_SCALE
    }
  }
  return new Uint8Array(out.buffer)
}

/** Converts cells of samples to a tensor for float networks: [1, 12, rows / 2, columns / 2] in [0, 1]. */
export function pictureTensor(cells: Int16Array, rows: number, columns: number): Tensor {
  const plane = cells.length / 12
  const data = new Float32Array(cells.length)
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 12; c++) data[c * plane + i] = (cells[12 * i + c] as number) / UNIT
  }
  return { data, dims: [1, 12, rows / 2, columns / 2] }
}

/** Output of analysis for a tile, [channel][row][column], and the position of the wanted latents in it. */
interface AnalysedTile {
  readonly data: Float32Array
  readonly columns: number
  readonly top: number
  readonly left: number
}

/** Stores a tile's latents, times their gains, as columns [left, right) of a strip, [row][column][channel]. */
export function storeLatents(
  tile: AnalysedTile,
  gains: Float64Array,
  out: Float32Array,
  strip: { readonly rows: number; readonly columns: number; readonly left: number; readonly right: number },
): void {
  const { data } = tile
  const channels = gains.length
  const plane = data.length / channels
  const count = strip.right - strip.left
  for (let row = 0; row < strip.rows; row++) {
    const start = (row * strip.columns + strip.left) * channels
    for (let c = 0; c < channels; c++) {
      const gain = gains[c] as number
      const from = c * plane + (tile.top + row) * tile.columns + tile.left
      for (let x = 0, to = start + c; x < count; x++, to += channels)
        out[to] = (data[from + x] as number) * gain
    }
  }
}

/** Converts latents, [row][column][channel], to planes, padded by replication. */
export function paddedPlanes(
  latents: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  paddedRows: number,
  paddedColumns: number,
): Float32Array {
  const data = new Float32Array(channels * paddedRows * paddedColumns)
  const plane = paddedRows * paddedColumns
  for (let row = 0; row < paddedRows; row++) {
    for (let x = 0; x < paddedColumns; x++) {
      const from = (Math.min(row, rows - 1) * columns + Math.min(x, columns - 1)) * channels
      const to = row * paddedColumns + x
      for (let c = 0; c < channels; c++) data[c * plane + to] = latents[from + c] as number
    }
  }
  return data
}

/** Quantizes planes of hyper-latents to symbols, [cell][channel], without the planes from `count` on. */
export function quantizeHyperLatents(
  planes: Float32Array,
  count: number,
  offsets: Float64Array,
  cells: number,
): Int16Array {
  const symbols = new Int16Array(count * cells)
  for (let cell = 0; cell < cells; cell++) {
    for (let c = 0; c < count; c++) {
      const value = Math.round((planes[c * cells + cell] as number) - (offsets[c] ?? 0))
      symbols[cell * count + c] = Math.min(Math.max(value, -HYPER_LIMIT), HYPER_LIMIT)
    }
  }
  return symbols
}
