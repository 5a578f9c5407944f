import type { Field } from './field.ts'
import type { Convolution } from './program.ts'

/** A field, and its pointer in the kernels' memory. */
export interface Placed {
  readonly field: Field
  readonly at: number
}

/** Pointers of a convolution's packed parameters. */
export interface ParameterPointers {
  readonly weights: number
  readonly bias: number
  readonly scale: number
}

/** Pointers of the memory sections of a convolution's task. */
interface TaskPointers {
  readonly task: number
  readonly segments: number
  readonly targets: number
  readonly sums: number
}

const TASK_BYTES = 92
const SEGMENT_BYTES = 16
/** Cells behind the end of a row whose sums the kernels may write. */
const SPARE_CELLS = 6

/** Bytes of the sections of TaskPointers, in the same order; all are multiples of 4. */
export type TaskSizes = readonly [task: number, segments: number, targets: number, sums: number]

/** Sizes that suffice for `op` on rows of `columns` cells. */
export function taskSizes(op: Convolution, inputs: readonly number[], columns: number): TaskSizes {
  const segments = op.depthwise
    ? inputs.reduce((sum, channels) => sum + Math.ceil(channels / 4), 0)
    : op.kernel * inputs.length
  return [
    TASK_BYTES,
    SEGMENT_BYTES * segments,
    4 * Math.ceil(op.outChannels / 4),
    32 * (columns + SPARE_CELLS),
  ]
}

/**
 * Writes a task for networkDense or networkDepthwise, in the layout of wasm/network/task.ts.
 *
 * @param factor of the shuffle through which the output is stored; 1 without one
 */
export function writeTask(
  memory: ArrayBufferLike,
  pointers: TaskPointers,
  op: Convolution,
  parameters: ParameterPointers,
  inputs: readonly Placed[],
  adds: readonly Placed[],
  out: Placed,
  factor: number,
): void {
  const segments = op.depthwise ? depthwiseSegments(inputs) : denseSegments(op, inputs)
  const targets = targetsOf(op, out, factor)
  const { rows, columns } = inputs[0]!.field
  const task = new DataView(memory, pointers.task, TASK_BYTES)
  const words = [
    ...[rows, columns, pointers.segments, pointers.segments + 4 * segments.length, targets.length],
    ...[parameters.weights, parameters.bias, parameters.scale, pointers.sums, pointers.targets],
    ...[factor * out.field.rowBytes, factor * out.field.cellBytes],
    ...[op.round === 'floor' ? 1 : 0, bitsOf(op.leaky ? 0.1 : 1), op.low, op.high],
    ...[adds.length, ...adds.flatMap(gridWords)],
  ]
  words.forEach((word, i) => {
    task.setInt32(4 * i, word, true)
  })
  new Int32Array(memory, pointers.segments, segments.length).set(segments)
  new Int32Array(memory, pointers.targets, targets.length).set(targets)
}

function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!
}

/** Pointer of the first cell, bytes per row, bytes per cell. */
function gridWords({ field, at }: Placed): [number, number, number] {
  return [at + field.margin, field.rowBytes, field.cellBytes]
}

/** Segments of a dense convolution: each is one row of the kernel in one input. */
function denseSegments(op: Convolution, inputs: readonly Placed[]): number[] {
  return Array.from({ length: op.kernel }, (_, row) =>
    inputs.flatMap((input) => {
      const [first, rowBytes, cellBytes] = gridWords(input)
      const reach = op.kernel === 3 ? rowBytes + cellBytes : 0
      const tap = first - reach + row * rowBytes
      return [tap, rowBytes, cellBytes, op.kernel * cellBytes]
    }),
  ).flat()
}

/** Segments of a depthwise convolution: each is 4 channels of one input. */
function depthwiseSegments(inputs: readonly Placed[]): number[] {
  return inputs.flatMap((input) => {
    const [first, rowBytes, cellBytes] = gridWords(input)
    const tap = first - rowBytes - cellBytes
    return Array.from({ length: cellBytes / 8 }, (_, i) => [tap + 8 * i, rowBytes, cellBytes, 0]).flat()
  })
}

/** Pointers, one per vector of 4 output channels, to its place in the first cell. */
function targetsOf({ outChannels }: Convolution, { field, at }: Placed, factor: number): number[] {
  return Array.from({ length: Math.ceil(outChannels / 4) }, (_, vector) => {
    const phase = factor === 1 ? 0 : Math.floor((4 * vector) / field.channels)
    const channel = 4 * vector - phase * field.channels
    const [row, column] = [Math.floor(phase / factor), phase % factor]
    return at + field.margin + row * field.rowBytes + column * field.cellBytes + 2 * channel
  })
}
