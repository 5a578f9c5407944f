import { type AddProduct, transpose } from './matrix.ts'
import { SIDE } from './model.ts'

/** The rows and columns of one plane that contain coded frequencies, and the place of each number in them. */
interface Plane {
  readonly down: number
  readonly across: number
  /** [down, across] */
  readonly values: Float64Array
  /** Index of each number of this plane, and its place in `values`. */
  readonly numbers: Int32Array
  readonly targets: Int32Array
  /** Matrix of the rows, [r, down], and the transposed matrix of the columns, [across, n]. */
  readonly rows: Float64Array
  readonly columns: Float64Array
}

/** Transforms three planes [32, 32] to [3, r, n]: rows [r, 32] · plane · transposed columns [32, n]. */
export class PlaneTransform {
  readonly #product: AddProduct
  readonly #planes: readonly Plane[]
  readonly #high: number
  readonly #wide: number

  /** @param places index of each number in three planes of 32x32; all other frequencies are zero */
  constructor(product: AddProduct, places: Int32Array, rows: Float64Array, columns: Float64Array) {
    this.#product = product
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
      const lines = new Float64Array(high * across)
      this.#product(plane.rows, values, lines, [high, down, across])
      const samples = out.subarray(index * high * wide, (index + 1) * high * wide)
      this.#product(lines, plane.columns, samples, [high, across, wide])
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
    targets: numbers.map((i) => us.indexOf(at(i).u) * vs.length + vs.indexOf(at(i).v)),
    rows: pick(rows, us),
    columns: transpose(pick(columns, vs), columns.length / SIDE),
  }
}

/** Takes some columns of a matrix [n, 32]. */
function pick(matrix: Float64Array, columns: readonly number[]): Float64Array {
  return Float64Array.from({ length: (matrix.length / SIDE) * columns.length }, (_, i) => {
    const row = Math.floor(i / columns.length)
    return matrix[row * SIDE + columns[i % columns.length]!]!
  })
}
