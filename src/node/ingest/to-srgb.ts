import { StrataError } from '../../core/errors.ts'
import type { Cicp } from './cicp.ts'

/** x and y (CIE 1931) of red, green and blue; white is D65 for all of them. ITU-T H.273 table 2. */
const PRIMARIES: Readonly<Record<number, readonly number[]>> = {
  1: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06], // BT.709, sRGB
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06], // BT.601 of 625 lines
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07], // BT.601 of 525 lines
  7: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07], // SMPTE 240M
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046], // BT.2020
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06], // Display P3
}
const D65 = [0.3127, 0.329] as const

/** Light of 0 to 1 by value of 0 to 1. Cameras' BT.709 curve is shown with that of sRGB, as browsers do for stills. */
const srgbToLight = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const TRANSFERS: Readonly<Record<number, (value: number) => number>> = {
  1: srgbToLight,
  4: (v) => v ** 2.2,
  5: (v) => v ** 2.8,
  6: srgbToLight,
  8: (v) => v,
  13: srgbToLight,
  14: srgbToLight,
  15: srgbToLight,
}

const NAMES: Readonly<Record<number, string>> = { 16: 'PQ', 18: 'HLG' }

/** 2 means unspecified (and 0 is reserved): such numbers are taken for sRGB, as without any declaration. */
const isUnspecified = (code: number) => code === 2 || code === 0
const SRGB = { primaries: 1, transfer: 13 } as const

/** Rows of a 3 × 3 matrix. */
type Matrix = readonly (readonly [number, number, number])[]

/**
 * What turns upright 8-bit pixels of these code points into sRGB in place; undefined where nothing is to do.
 * @throws StrataError INPUT_UNSUPPORTED for HDR (PQ, HLG), whose brightness would have to be mapped, and for code points
 * that no picture of the web has
 */
export function toSrgb(
  declared: Cicp | undefined,
): ((data: Uint8Array, channels: 3 | 4) => void) | undefined {
  if (declared === undefined) return undefined
  const primaries = isUnspecified(declared.primaries) ? SRGB.primaries : declared.primaries
  const transfer = isUnspecified(declared.transfer) ? SRGB.transfer : declared.transfer
  const [corners, curve] = [PRIMARIES[primaries], TRANSFERS[transfer]]
  if (curve === undefined) throw unsupported(NAMES[transfer], `the transfer curve ${transfer} of H.273`)
  if (corners === undefined) throw unsupported(undefined, `the colour primaries ${primaries} of H.273`)
  if (primaries === SRGB.primaries && curve === srgbToLight) return undefined
  const matrix = multiply(inverse(toXyz(PRIMARIES[1]!)), toXyz(corners))
  return (data, channels) => convert(data, channels, curve, matrix)
}

function convert(data: Uint8Array, channels: 3 | 4, curve: (value: number) => number, matrix: Matrix): void {
  const light = Float64Array.from({ length: 256 }, (_, i) => curve(i / 255))
  const steps = 65535
  const values = Uint8Array.from({ length: steps + 1 }, (_, i) => {
    const l = i / steps
    return Math.round(255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055))
  })
  const to = (row: Matrix[number], r: number, g: number, b: number) =>
    values[Math.round(steps * Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b)))]!
  const [red, green, blue] = matrix as [Matrix[number], Matrix[number], Matrix[number]]
  for (let at = 0; at < data.length; at += channels) {
    const [r, g, b] = [light[data[at]!]!, light[data[at + 1]!]!, light[data[at + 2]!]!]
    data[at] = to(red, r, g, b)
    data[at + 1] = to(green, r, g, b)
    data[at + 2] = to(blue, r, g, b)
  }
}

function unsupported(name: string | undefined, rest: string): StrataError {
  const got = name === undefined ? rest : `${name}, high dynamic range; export it as SDR`
  return new StrataError(
    'INPUT_UNSUPPORTED',
    `picture: expected colours of standard dynamic range, got ${got}`,
  )
}

/** Linear RGB of these primaries to CIE XYZ: the columns are scaled so that equal parts give white. */
function toXyz(corners: readonly number[]): Matrix {
  const xyz = (x: number, y: number) => [x / y, 1, (1 - x - y) / y] as const
  const columns = [0, 2, 4].map((i) => xyz(corners[i]!, corners[i + 1]!))
  const rows = [0, 1, 2].map((i) => columns.map((column) => column[i]!)) as unknown as Matrix
  const white = xyz(...D65)
  const scale = inverse(rows).map((row) => row[0] * white[0] + row[1] * white[1] + row[2] * white[2])
  return rows.map((row) => row.map((value, i) => value * scale[i]!)) as unknown as Matrix
}

function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    [0, 1, 2].map((i) => row.reduce((sum, value, k) => sum + value * b[k]![i]!, 0)),
  ) as unknown as Matrix
}

function inverse(matrix: Matrix): Matrix {
  const at = (row: number, column: number) => matrix[row % 3]![column % 3]!
  const cofactor = (row: number, column: number) =>
    at(row + 1, column + 1) * at(row + 2, column + 2) - at(row + 1, column + 2) * at(row + 2, column + 1)
  const determinant = [0, 1, 2].reduce((sum, column) => sum + at(0, column) * cofactor(0, column), 0)
  return [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => cofactor(column, row) / determinant),
  ) as unknown as Matrix
}
