import { SIDE } from './model.ts'

/*
 * Sums of products of doubles. Rounding hangs on the order of a sum's terms, and decoders and files hang on the rounding:
 * so each sum runs from its first term to its last, with none left out but zeros. What saves time is that several sums
 * run beside each other, where each alone would wait for its own last addition.
 */

/**
 * Adds to `out[at + o]`, for each of so many outputs, the products of `x` with a row of weights, [outputs, inputs] from
 * `first` on.
 */
export function addProducts(
  out: Float64Array,
  at: number,
  outputs: number,
  x: Float64Array,
  from: number,
  inputs: number,
  weights: Float64Array,
  first: number,
): void {
  let o = 0
  let row = first
  for (; o + 4 <= outputs; o += 4, row += 4 * inputs) {
    const end = from + inputs
    let a = out[at + o]!
    let b = out[at + o + 1]!
    let c = out[at + o + 2]!
    let d = out[at + o + 3]!
    for (let i = from, w = row; i < end; i++, w++) {
      const value = x[i]!
      a += weights[w]! * value
      b += weights[w + inputs]! * value
      c += weights[w + 2 * inputs]! * value
      d += weights[w + 3 * inputs]! * value
    }
    out[at + o] = a
    out[at + o + 1] = b
    out[at + o + 2] = c
    out[at + o + 3] = d
  }
  for (; o < outputs; o++, row += inputs) {
    let sum = out[at + o]!
    for (let i = 0; i < inputs; i++) sum += weights[row + i]! * x[from + i]!
    out[at + o] = sum
  }
}

/** The products of rows, [count, length], with each other, each row's with those up to itself: [count, count]. */
export function lowerProducts(rows: Float64Array, count: number): Float64Array {
  const length = rows.length / count
  const out = new Float64Array(count * count)
  for (let j = 0; j < count; j++) addProducts(out, j * count, j + 1, rows, j * length, length, rows, 0)
  return out
}

/** Frequencies of one plane that are ever filled: how many rows and columns of them, and where each number goes. */
interface Plane {
  readonly down: number
  readonly across: number
  /** [across, down] */
  readonly values: Float64Array
  /** For each number that lies in this plane: its index, and its place in `values`. */
  readonly numbers: Int32Array
  readonly targets: Int32Array
  /** The rows' matrix, [r, down], and the columns', [n, across]. */
  readonly rows: Float64Array
  readonly columns: Float64Array
}

/** rows [r, 32] times each of three planes [32, 32] times columns' [32, n] -> [3, r, n]. Not reentrant. */
export class PlaneTransform {
  readonly #planes: readonly Plane[]
  readonly #high: number
  readonly #wide: number

  /** @param places where the numbers lie in three planes of 32x32; everything else is zero */
  constructor(places: Int32Array, rows: Float64Array, columns: Float64Array) {
    this.#high = rows.length / SIDE
    this.#wide = columns.length / SIDE
    this.#planes = [0, 1, 2].map((plane) => planeOf(places, plane, rows, columns))
  }

  run(numbers: ArrayLike<number>): Float64Array {
    const [high, wide] = [this.#high, this.#wide]
    const out = new Float64Array(3 * high * wide)
    for (const [index, plane] of this.#planes.entries()) {
      const { down, across, values, targets } = plane
      for (let i = 0; i < targets.length; i++) values[targets[i]!] = numbers[plane.numbers[i]!]!
      const line = new Float64Array(across)
      for (let y = 0; y < high; y++) {
        addProducts(line.fill(0), 0, across, plane.rows, y * down, down, values, 0)
        addProducts(out, (index * high + y) * wide, wide, line, 0, across, plane.columns, 0)
      }
    }
    return out
  }
}

function planeOf(places: Int32Array, plane: number, rows: Float64Array, columns: Float64Array): Plane {
  const numbers = Int32Array.from(
    [...places.keys()].filter((i) => Math.floor(places[i]! / SIDE ** 2) === plane),
  )
  const at = (i: number) => ({ u: Math.floor((places[i]! % SIDE ** 2) / SIDE), v: places[i]! % SIDE })
  const ascending = (found: number[]) => [...new Set(found)].sort((a, b) => a - b)
  const us = ascending([...numbers].map((i) => at(i).u))
  const vs = ascending([...numbers].map((i) => at(i).v))
  return {
    ...{ down: us.length, across: vs.length, values: new Float64Array(us.length * vs.length), numbers },
    targets: numbers.map((i) => vs.indexOf(at(i).v) * us.length + us.indexOf(at(i).u)),
    ...{ rows: pick(rows, us), columns: pick(columns, vs) },
  }
}

/** Some columns of a matrix [n, 32]. */
function pick(matrix: Float64Array, columns: readonly number[]): Float64Array {
  return Float64Array.from({ length: (matrix.length / SIDE) * columns.length }, (_, i) => {
    const row = Math.floor(i / columns.length)
    return matrix[row * SIDE + columns[i % columns.length]!]!
  })
}
