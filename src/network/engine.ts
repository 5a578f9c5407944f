import { StrataError } from '../core/errors.ts'
import type { Program, Shapes, TensorShape } from './program.ts'

/** Runs programs. All engines compute the same integers; they differ only in speed. */
export interface NetworkEngine {
  /**
   * @param blob the program's parameters; it is read only while loading
   * @throws StrataError MODEL_INVALID when the program is invalid or does not fit the blob
   */
  load(program: Program, blob: Uint8Array): Network
}

/** A loaded program. Runs are synchronous, and no run depends on an earlier one. */
export interface Network {
  readonly shapes: Shapes
  /**
   * @param inputs all inputs of the program: i16 [rows / stride][columns / stride][channels], or functions that write them
   * @param rows in units, like `columns`: a positive multiple of every stride of the program
   * @param readers functions that read outputs in the engine's memory
   * @returns the outputs without a reader, laid out like inputs; the arrays belong to the caller
   * @throws StrataError INTERNAL when the inputs are not those of the program or the sizes do not fit
   */
  run(inputs: Inputs, rows: number, columns: number, readers?: Readers): Record<string, Int16Array>
}

/**
 * Reads or writes a whole tensor in the engine's memory. Channel `ch` of the cell (r, c) is
 * `view[offset + r * rowStride + c * cellStride + ch]`. When the number of channels is a multiple of 4, cells lie side by
 * side, and `view` and all strides are multiples of 8 bytes. A writer must not write anywhere else. The view is valid only
 * until the function returns, and the function must not run a network of the same engine.
 */
export type TensorAccess = (view: Int16Array, cellStride: number, rowStride: number, offset: number) => void

export type Inputs = Readonly<Record<string, Int16Array | TensorAccess>>
export type Readers = Readonly<Record<string, TensorAccess>>

/** Size of a tensor in one run, in cells. */
export interface Grid {
  readonly rows: number
  readonly columns: number
  readonly channels: number
}

export function gridOf({ channels, stride }: TensorShape, rows: number, columns: number): Grid {
  return { rows: rows / stride, columns: columns / stride, channels }
}

/** @throws StrataError INTERNAL as `Network.run` does */
export function checkRun(
  { inputs: expected, outputs }: Program,
  shapes: Shapes,
  inputs: Inputs,
  rows: number,
  columns: number,
  readers: Readers,
): void {
  const coarsest = Math.max(...[...shapes.values()].map(({ stride }) => stride))
  for (const side of [rows, columns]) {
    if (!Number.isSafeInteger(side) || side <= 0 || side % coarsest !== 0) {
      throw misuse('grid', `positive multiples of ${coarsest} units`, `${rows} x ${columns}`)
    }
  }
  const names = Object.keys(expected)
  const isSame = Object.keys(inputs).length === names.length
  if (!isSame || !names.every((name) => Object.hasOwn(inputs, name))) {
    throw misuse('inputs', names.join(', '), Object.keys(inputs).join(', '))
  }
  for (const name of names) {
    const input = inputs[name]!
    const grid = gridOf(shapes.get(name)!, rows, columns)
    const length = grid.rows * grid.columns * grid.channels
    if (typeof input !== 'function' && input.length !== length) {
      throw misuse(`input ${name}`, `${length} values`, `${input.length}`)
    }
  }
  for (const name of Object.keys(readers)) {
    if (!outputs.includes(name)) throw misuse('readers', outputs.join(', '), name)
  }
}

function misuse(name: string, expected: string, actual: string): StrataError {
  return new StrataError('INTERNAL', `network ${name}: expected ${expected}, got ${actual}`)
}
