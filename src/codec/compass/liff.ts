import { type Axis, CUBIC_BITS } from './axis.ts'

export const FEATURES = 8
/** Taps of one filter: 3 rows x 3 columns x FEATURES, in this order. */
export const TAPS = 9 * FEATURES

/** Samples of pictures between layers: 0..255 times this, in 16-bit integers. */
export const SAMPLE_SCALE = 64
const FEATURE_SCALE = 512
const FEATURE_LIMIT = 2047
const FILTER_BITS = 8
const FILTER_SCALE = ((255 * SAMPLE_SCALE) / FEATURE_SCALE) * 2 ** FILTER_BITS
const FILTER_LIMIT = 8191
const SAMPLE_LIMIT = 32767

/** Rows of the lower picture around a strip, everything that a strip's prediction looks at. */
export interface LiffSource {
  /** First row at hand; rows above and below the picture are replicated. */
  readonly top: number
  readonly rows: number
  /** [3][rows][width] lower picture, SAMPLE_SCALE times 0..255. */
  readonly picture: Int16Array
  /** [rows][width + 2][FEATURES], the first and last column replicated. */
  readonly features: Int16Array
}

/** Fills [3][bottom - top][target width] with the prediction of rows [top, bottom). */
export type LiffKernel = (
  source: LiffSource,
  bank: Int16Array,
  rows: Axis,
  columns: Axis,
  top: number,
  bottom: number,
  out: Int16Array,
) => void

/** The MLP's input for each pair of phases: r_y, r_x, log2 s_y, log2 s_x, r_y^2, r_x^2. [phases_y * phases_x][6] */
export function filterTokens(rows: Axis, columns: Axis): Float32Array {
  const [scaleY, scaleX] = [Math.log2(rows.target / rows.source), Math.log2(columns.target / columns.source)]
  return Float32Array.from(
    rows.offsets.flatMap((ry) => columns.offsets.flatMap((rx) => [ry, rx, scaleY, scaleX, ry * ry, rx * rx])),
  )
}

/**
 * The MLP's output as a bank of integer filters.
 * @param filters [pairs of phases][3][FEATURES][9]
 * @returns [pairs of phases][3][9][FEATURES]
 */
export function quantizeFilters(filters: Float32Array): Int16Array {
  const bank = new Int16Array(filters.length)
  for (let start = 0; start < filters.length; start += TAPS) {
    for (let feature = 0; feature < FEATURES; feature++) {
      for (let tap = 0; tap < 9; tap++) {
        const value = (filters[start + feature * 9 + tap] ?? 0) * FILTER_SCALE
        bank[start + tap * FEATURES + feature] = clamp(Math.round(value), FILTER_LIMIT)
      }
    }
  }
  return bank
}

/**
 * Float features [FEATURES * 4][tile.rows / 2][tile.width / 2], 2x2 pixels in the channels as (feature, position), to the
 * integer layout of LiffSource: rows [skip, skip + rows) and the first `width` columns are kept.
 */
export function quantizeFeatures(
  features: Float32Array,
  tile: { readonly rows: number; readonly width: number; readonly skip: number },
  rows: number,
  width: number,
): Int16Array {
  const plane = (tile.rows * tile.width) / 4
  const pitch = (width + 2) * FEATURES
  const out = new Int16Array(rows * pitch)
  for (let row = 0; row < rows; row++) {
    const line = row + tile.skip
    const start = row * pitch
    for (let parity = 0; parity < 2; parity++) {
      let from = (2 * (line & 1) + parity) * plane + (line >> 1) * (tile.width / 2)
      for (
        let to = start + (parity + 1) * FEATURES;
        to < start + (width + 1) * FEATURES;
        to += 2 * FEATURES
      ) {
        for (let feature = 0; feature < FEATURES; feature++) {
          const value = (features[from + 4 * feature * plane] as number) * FEATURE_SCALE
          out[to + feature] = Math.floor(Math.min(Math.max(value, -FEATURE_LIMIT), FEATURE_LIMIT) + 0.5)
        }
        from++
      }
    }
    out.copyWithin(start, start + FEATURES, start + 2 * FEATURES)
    out.copyWithin(start + pitch - FEATURES, start + pitch - 2 * FEATURES, start + pitch - FEATURES)
  }
  return out
}

/**
 * The prediction in plain TypeScript: bicubic at the phases' positions plus the generated filters on the 3x3
 * neighbourhood of features; COMPASS, eq. (16)-(19). All in integers, so every implementation gives the same samples.
 */
export const liffReference: LiffKernel = (source, bank, rows, columns, top, bottom, out) => {
  const width = columns.target
  const plane = (bottom - top) * width
  const cubic = new Int16Array(columns.source)
  for (let row = top; row < bottom; row++) {
    const filters = (rows.phase[row] ?? 0) * columns.offsets.length * 3 * TAPS
    const near = rows.nearest[row] ?? 0
    const stride = (columns.source + 2) * FEATURES
    const lines = [-1, 0, 1].map((d) => rowOf(source, near + d, rows.source) * stride)
    const [above = 0, middle = 0, below = 0] = lines
    for (let channel = 0; channel < 3; channel++) {
      cubicRow(source, rows, row, channel, columns.source, cubic)
      const target = channel * plane + (row - top) * width
      for (let x = 0; x < width; x++) {
        const phase = columns.phase[x] ?? 0
        const nearX = columns.nearest[x] ?? 0
        const filter = filters + (phase * 3 + channel) * TAPS
        const at = nearX * FEATURES
        const sum =
          dot(source.features, above + at, bank, filter) +
          dot(source.features, middle + at, bank, filter + 3 * FEATURES) +
          dot(source.features, below + at, bank, filter + 6 * FEATURES)
        const smooth = cubicAt(cubic, columns, nearX, phase)
        out[target + x] = clamp(smooth + ((sum + (1 << (FILTER_BITS - 1))) >> FILTER_BITS), SAMPLE_LIMIT)
      }
    }
  }
}

function dot(a: Int16Array, i: number, b: Int16Array, j: number): number {
  let sum = 0
  for (let k = 0; k < 3 * FEATURES; k++) sum += (a[i + k] as number) * (b[j + k] as number)
  return sum
}

/** Vertical bicubic of one row over the whole width of the lower picture. */
function cubicRow(
  source: LiffSource,
  rows: Axis,
  row: number,
  channel: number,
  width: number,
  out: Int16Array,
): void {
  const phase = rows.phase[row] ?? 0
  const first = (rows.nearest[row] ?? 0) + (rows.cubicStart[phase] ?? 0)
  const weight = rows.cubicWeights.subarray(4 * phase, 4 * phase + 4)
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = weight
  const at = (tap: number) => (channel * source.rows + rowOf(source, first + tap, rows.source)) * width
  const [r0, r1, r2, r3] = [at(0), at(1), at(2), at(3)]
  const picture = source.picture
  for (let x = 0; x < width; x++) {
    const sum =
      w0 * (picture[r0 + x] as number) +
      w1 * (picture[r1 + x] as number) +
      w2 * (picture[r2 + x] as number) +
      w3 * (picture[r3 + x] as number)
    out[x] = (sum + (1 << (CUBIC_BITS - 1))) >> CUBIC_BITS
  }
}

function cubicAt(line: Int16Array, columns: Axis, near: number, phase: number): number {
  const first = near + (columns.cubicStart[phase] ?? 0)
  const last = columns.source - 1
  let sum = 1 << (CUBIC_BITS - 1)
  for (let tap = 0; tap < 4; tap++) {
    const x = Math.min(Math.max(first + tap, 0), last)
    sum += (line[x] as number) * (columns.cubicWeights[4 * phase + tap] as number)
  }
  return sum >> CUBIC_BITS
}

/** Row of the source at hand that stands for `row` of the picture. */
function rowOf(source: LiffSource, row: number, height: number): number {
  return Math.min(Math.max(row, 0), height - 1) - source.top
}

function clamp(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value
}
