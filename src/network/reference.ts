import { checkProgram } from './check-program.ts'
import { checkRun, type Grid, gridOf, type NetworkEngine } from './engine.ts'
import {
  biasOf,
  type Convolution,
  type Op,
  type Shapes,
  scaleOf,
  type TensorShape,
  weightsOf,
} from './program.ts'

/** A tensor: i16 [rows][columns][channels]. */
interface Tensor extends Grid {
  readonly values: Int16Array
}

type Kernel = (inputs: readonly Tensor[], adds: readonly Tensor[], out: Tensor) => void

const SLOPE = Math.fround(0.1)

/** The definition of every op in TypeScript, to read and to test other engines against. */
export const referenceEngine: NetworkEngine = {
  load(program, blob) {
    const shapes = checkProgram(program, blob)
    const steps = program.ops.map((op) => ({ op, kernel: kernelOf(op, shapes, blob) }))
    return {
      shapes,
      run(inputs, rows, columns, readers = {}) {
        checkRun(program, shapes, inputs, rows, columns, readers)
        const tensors = new Map([...shapes].map(([name, shape]) => [name, makeTensor(shape, rows, columns)]))
        const named = (names: readonly string[]): Tensor[] => names.map((name) => tensors.get(name)!)
        for (const [name, input] of Object.entries(inputs)) {
          const { values, channels, columns } = tensors.get(name)!
          if (typeof input === 'function') input(values, channels, columns * channels, 0)
          else values.set(input)
        }
        for (const { op, kernel } of steps) {
          kernel(named(op.in), named(op.op === 'conv' ? (op.add ?? []) : []), tensors.get(op.out)!)
        }
        const outputs: Record<string, Int16Array> = {}
        for (const name of program.outputs) {
          const { values, channels, columns } = tensors.get(name)!
          if (Object.hasOwn(readers, name)) readers[name]!(values, channels, columns * channels, 0)
          else outputs[name] = values
        }
        return outputs
      },
    }
  },
}

function makeTensor(shape: TensorShape, rows: number, columns: number): Tensor {
  const grid = gridOf(shape, rows, columns)
  return { ...grid, values: new Int16Array(grid.rows * grid.columns * grid.channels) }
}

function kernelOf(op: Op, shapes: Shapes, blob: Uint8Array): Kernel {
  switch (op.op) {
    case 'conv':
      return convolution(
        op,
        op.in.map((name) => shapes.get(name)!),
        blob,
      )
    case 'shuffle':
      return ([input], _, out) => rearrange(input!, out, op.factor, true)
    case 'unshuffle':
      return ([input], _, out) => rearrange(out, input!, op.factor, false)
    case 'sum':
      return ([a, b], _, { values }) => {
        for (let i = 0; i < values.length; i++) {
          values[i] = Math.min(Math.max(a!.values[i]! + b!.values[i]!, -32768), 32767)
        }
      }
  }
}

/** Copies between a coarse grid and the same values on a grid `factor` times as fine, in either direction. */
function rearrange(coarse: Tensor, fine: Tensor, factor: number, toFine: boolean): void {
  const { channels } = fine
  for (let row = 0; row < fine.rows; row++) {
    for (let column = 0; column < fine.columns; column++) {
      const cell = Math.floor(row / factor) * coarse.columns + Math.floor(column / factor)
      const phase = (row % factor) * factor + (column % factor)
      for (let ch = 0; ch < channels; ch++) {
        const i = cell * coarse.channels + phase * channels + ch
        const j = (row * fine.columns + column) * channels + ch
        if (toFine) fine.values[j] = coarse.values[i]!
        else coarse.values[i] = fine.values[j]!
      }
    }
  }
}

function convolution(op: Convolution, inputShapes: readonly TensorShape[], blob: Uint8Array): Kernel {
  const weights = weightsOf(op, inputShapes, blob)
  const bias = biasOf(op, blob)
  const scale = scaleOf(op, blob)
  const gather = op.depthwise ? depthwiseSums : denseSums
  return (inputs, adds, out) => {
    const sums = new Int32Array(op.outChannels)
    for (let row = 0; row < out.rows; row++) {
      for (let column = 0; column < out.columns; column++) {
        sums.set(bias)
        gather(sums, weights, inputs, op.kernel, row, column)
        const at = (row * out.columns + column) * op.outChannels
        for (let o = 0; o < op.outChannels; o++) {
          const added = adds.reduce((sum, { values }) => sum + values[at + o]!, 0)
          const rounded = round(op, Math.fround(Math.fround(sums[o]!) * scale[o]!))
          out.values[at + o] = Math.min(Math.max(rounded + added, op.low), op.high)
        }
      }
    }
  }
}

function round({ leaky, round }: Convolution, value: number): number {
  const y = leaky ? Math.max(value, Math.fround(value * SLOPE)) : value
  const below = Math.floor(y)
  const isBelow = y - below < 0.5 || (y - below === 0.5 && below % 2 === 0)
  return round === 'floor' || isBelow ? below : below + 1
}

type Gather = (
  sums: Int32Array,
  weights: Int16Array,
  inputs: readonly Tensor[],
  kernel: number,
  row: number,
  column: number,
) => void

function denseSums(...[sums, weights, inputs, kernel, row, column]: Parameters<Gather>): void {
  const perOutput = weights.length / sums.length
  forValues(inputs, kernel, row, column, (value, i) => {
    // Stores to an Int32Array keep the low 32 bits, so sums wrap.
    for (let o = 0; o < sums.length; o++) sums[o]! += Math.imul(value, weights[o * perOutput + i]!)
  })
}

function depthwiseSums(...[sums, weights, inputs, kernel, row, column]: Parameters<Gather>): void {
  forValues(inputs, kernel, row, column, (value, i) => {
    sums[i % sums.length]! += Math.imul(value, weights[i]!)
  })
}

/** Calls `take` for every value under the kernel, with its index in [kernel rows][kernel columns][channels of all inputs]. */
function forValues(
  inputs: readonly Tensor[],
  kernel: number,
  row: number,
  column: number,
  take: (value: number, i: number) => void,
): void {
  let i = 0
  for (let y = row - (kernel >> 1); y <= row + (kernel >> 1); y++) {
    for (let x = column - (kernel >> 1); x <= column + (kernel >> 1); x++) {
      for (const { rows, columns, channels, values } of inputs) {
        const isInside = y >= 0 && y < rows && x >= 0 && x < columns
        const at = (y * columns + x) * channels
        for (let ch = 0; isInside && ch < channels; ch++) take(values[at + ch]!, i + ch)
        i += channels
      }
    }
  }
}
