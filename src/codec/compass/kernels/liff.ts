import { type Axis, CUBIC_BITS } from '../shared/axis.ts'
import { exactLog2 } from '../shared/filters.ts'
import { rowPitch } from '../shared/row-window.ts'
import { SAMPLE_SCALE } from '../shared/samples.ts'

export const FEATURES = 8
/** Taps of one filter: 3 rows x 3 columns x FEATURES, in this order. */
export const TAPS = 9 * FEATURES

const FEATURE_SCALE = 512
const FILTER_BITS = 8
const FILTER_SCALE = ((255 * SAMPLE_SCALE) / FEATURE_SCALE) * 2 ** FILTER_BITS
const FILTER_LIMIT = 8191
const SAMPLE_LIMIT = 32767

/** Rows of the picture below: all rows that the prediction of a strip reads. */
export interface LiffSource {
  /** Number of the first row. Rows outside the picture are replicated from its edge. */
  readonly top: number
  readonly rows: number
  /** [rows][rowPitch(width)] RGB samples of the picture below, SAMPLE_SCALE times 0..255. */
  readonly picture: Int16Array
  /** [rows][width + 2][FEATURES], with the first and the last column replicated. */
  readonly features: Int16Array
}

/**
 * Fills [bottom - top][rowPitch(target width)] with the prediction of rows [top, bottom). For an odd width the padding
 * pixel repeats the last one.
 */
export type LiffKernel = (
  source: LiffSource,
  bank: Int16Array,
  rows: Axis,
  columns: Axis,
  top: number,
  bottom: number,
  out: Int16Array,
) => void

/** Inputs of the MLP, [phases_y * phases_x][6]: r_y, r_x, log2 s_y, log2 s_x, r_y^2, r_x^2 for each pair of phases. */
export function filterTokens(rows: Axis, columns: Axis): Float64Array {
  const [scaleY, scaleX] = [exactLog2(rows.target / rows.source), exactLog2(columns.target / columns.source)]
  return Float64Array.from(
    rows.offsets.flatMap((ry) => columns.offsets.flatMap((rx) => [ry, rx, scaleY, scaleX, ry * ry, rx * rx])),
  )
}

/**
 * Quantizes the MLP's output to a bank of integer filters.
 * @param filters [pairs of phases][3][FEATURES][9]
 * @returns [pairs of phases][3][9][FEATURES]
 */
export function quantizeFilters(filters: Float64Array): Int16Array {
  const bank = new Int16Array(filters.length)
  for (let start = 0; start < filters.length; start += TAPS) {
    for (let feature = 0; feature < FEATURES; feature++) {
      for (let tap = 0; tap < 9; tap++) {
        const value = (filters[start + feature * 9 + tap] ?? 0) * FILTER_SCALE
        bank[start + tap * FEATURES + feature] = clamp(Math.floor(value + 0.5), FILTER_LIMIT)
      }
    }
  }
  return bank
}

/**
 * Copies features into the layout of LiffSource: `width` columns of each row, with the first and the last replicated.
 *
 * @param view rows of `width` cells of FEATURES values; the first row lies at `offset`, rows lie `rowStride` values apart
 */
export function withMargins(
  view: Int16Array,
  rowStride: number,
  offset: number,
  rows: number,
  width: number,
): Int16Array {
  const pitch = (width + 2) * FEATURES
  const out = new Int16Array(rows * pitch)
  for (let row = 0; row < rows; row++) {
    const from = offset + row * rowStride
    const to = row * pitch
    out.set(view.subarray(from, from + width * FEATURES), to + FEATURES)
    out.copyWithin(to, to + FEATURES, to + 2 * FEATURES)
    out.copyWithin(to + pitch - FEATURES, to + pitch - 2 * FEATURES, to + pitch - FEATURES)
  }
  return out
}

/**
 * LIFF in TypeScript: bicubic interpolation at the positions of the phases, plus the generated filters on the 3x3
 * neighbourhood of features; COMPASS, eq. (16)-(19). It uses integers, so all implementations give the same samples.
 */
export const liffReference: LiffKernel = (source, bank, rows, columns, top, bottom, out) => {
  const width = columns.target
  const pitch = rowPitch(width)
  const line = new Int16Array(3 * columns.source)
  for (let row = top; row < bottom; row++) {
    const filters = (rows.phase[row] ?? 0) * columns.offsets.length * 3 * TAPS
    const near = rows.nearest[row] ?? 0
    const stride = (columns.source + 2) * FEATURES
    const lines = [-1, 0, 1].map((d) => rowOf(source, near + d, rows.source) * stride)
    const [above = 0, middle = 0, below = 0] = lines
    cubicRow(source, rows, row, columns.source, line)
    const target = (row - top) * pitch
    for (let x = 0; x < width; x++) {
      const phase = columns.phase[x] ?? 0
      const nearX = columns.nearest[x] ?? 0
      const at = nearX * FEATURES
      for (let channel = 0; channel < 3; channel++) {
        const filter = filters + (phase * 3 + channel) * TAPS
        const sum =
          dot(source.features, above + at, bank, filter) +
          dot(source.features, middle + at, bank, filter + 3 * FEATURES) +
          dot(source.features, below + at, bank, filter + 6 * FEATURES)
        const smooth = cubicAt(line, columns, nearX, phase, channel)
        const residual = (sum + (1 << (FILTER_BITS - 1))) >> FILTER_BITS
        out[target + 3 * x + channel] = clamp(smooth + residual, SAMPLE_LIMIT)
      }
    }
    if (width & 1) out.copyWithin(target + 3 * width, target + 3 * (width - 1), target + 3 * width)
  }
}

function dot(a: Int16Array, i: number, b: Int16Array, j: number): number {
  let sum = 0
  for (let k = 0; k < 3 * FEATURES; k++) sum += (a[i + k] as number) * (b[j + k] as number)
  return sum
}

/** Vertical bicubic interpolation of one row, over the whole width of the picture below. */
function cubicRow(source: LiffSource, rows: Axis, row: number, width: number, out: Int16Array): void {
  const phase = rows.phase[row] ?? 0
  const first = (rows.nearest[row] ?? 0) + (rows.cubicStart[phase] ?? 0)
  const weight = rows.cubicWeights.subarray(4 * phase, 4 * phase + 4)
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = weight
  const at = (tap: number) => rowOf(source, first + tap, rows.source) * rowPitch(width)
  const [r0, r1, r2, r3] = [at(0), at(1), at(2), at(3)]
  const picture = source.picture
  for (let i = 0; i < 3 * width; i++) {
    const sum =
      w0 * (picture[r0 + i] as number) +
      w1 * (picture[r1 + i] as number) +
      w2 * (picture[r2 + i] as number) +
      w3 * (picture[r3 + i] as number)
    out[i] = (sum + (1 << (CUBIC_BITS - 1))) >> CUBIC_BITS
  }
}

function cubicAt(line: Int16Array, columns: Axis, near: number, phase: number, channel: number): number {
  const first = near + (columns.cubicStart[phase] ?? 0)
  const last = columns.source - 1
  let sum = 1 << (CUBIC_BITS - 1)
  for (let tap = 0; tap < 4; tap++) {
    const x = Math.min(Math.max(first + tap, 0), last)
    sum += (line[3 * x + channel] as number) * (columns.cubicWeights[4 * phase + tap] as number)
  }
  return sum >> CUBIC_BITS
}

/** Index in the source of the picture's row `row`, which is clamped to the picture. */
function rowOf(source: LiffSource, row: number, height: number): number {
  return Math.min(Math.max(row, 0), height - 1) - source.top
}

function clamp(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value
}
