import { StrataError } from '../core/errors.ts'
import { instantiateKernels, type Kernels } from '../core/kernels.ts'
import { checkProgram } from './check-program.ts'
import { checkRun, type Network, type NetworkEngine, type TensorAccess } from './engine.ts'
import { clearBorder, type Field, fieldOf, readField, writeField } from './field.ts'
import { packParameters } from './parameters.ts'
import { makePlan, type Plan, placeByLife, type Step } from './plan.ts'
import type { Convolution, Op, Program, Shapes } from './program.ts'
import { type ParameterPointers, type Placed, type TaskSizes, taskSizes, writeTask } from './task.ts'

/**
 * Makes an engine in WebAssembly, over build/kernels.wasm. It computes the same integers as referenceEngine. All
 * programs of an engine share one memory: their parameters stay in it, and runs use the rest in turn, which grows to
 * the largest run's need.
 */
export function createEngine(module: WebAssembly.Module): NetworkEngine {
  const kernels = instantiateKernels(module)
  let isBusy = false
  return {
    load(program, blob) {
      const shapes = checkProgram(program, blob)
      if (isBusy) throw nested()
      const plan = makePlan(program, shapes)
      const loaded = {
        kernels,
        program,
        shapes,
        plan,
        parameters: keepParameters(kernels, plan, shapes, blob),
        layouts: new Map(),
      }
      return {
        shapes,
        run(...args) {
          if (isBusy) throw nested()
          isBusy = true
          try {
            return run(loaded, ...args)
          } finally {
            isBusy = false
          }
        },
      }
    },
  }
}

function nested(): StrataError {
  return new StrataError('INTERNAL', 'network: a reader or writer used the engine that runs it')
}

interface Loaded {
  readonly kernels: Kernels
  readonly program: Program
  readonly shapes: Shapes
  readonly plan: Plan
  readonly parameters: ReadonlyMap<Op, ParameterPointers>
  readonly layouts: Map<string, Layout>
}

function keepParameters(
  { exports, keep }: Kernels,
  { steps }: Plan,
  shapes: Shapes,
  blob: Uint8Array,
): Map<Op, ParameterPointers> {
  const pointers = new Map<Op, ParameterPointers>()
  for (const { op } of steps) {
    if (op.op !== 'conv') continue
    const inputs = op.in.map((name) => shapes.get(name)!)
    const { weights, bias, scale } = packParameters(op, inputs, blob)
    const at = {
      weights: keep(weights.byteLength),
      bias: keep(bias.byteLength),
      scale: keep(scale.byteLength),
    }
    const { buffer } = exports.memory
    new Int16Array(buffer, at.weights, weights.length).set(weights)
    new Int32Array(buffer, at.bias, bias.length).set(bias)
    new Float32Array(buffer, at.scale, scale.length).set(scale)
    pointers.set(op, at)
  }
  return pointers
}

function run(
  loaded: Loaded,
  ...[inputs, rows, columns, readers = {}]: Parameters<Network['run']>
): Record<string, Int16Array> {
  const { kernels, program, shapes, plan } = loaded
  checkRun(program, shapes, inputs, rows, columns, readers)
  const { tensors, tasks } = layOut(loaded, rows, columns)
  const { exports } = kernels
  const { buffer } = exports.memory
  const access = ({ field, at }: Placed, take: TensorAccess): void => {
    take(viewOf(buffer, { field, at }), field.cellBytes / 2, field.rowBytes / 2, field.margin / 2)
  }

  for (const name of Object.keys(program.inputs)) {
    const tensor = tensors.get(name)!
    const input = inputs[name]!
    if (typeof input === 'function') access(tensor, input)
    else writeField(viewOf(buffer, tensor), tensor.field, input)
    clearBorder(viewOf(buffer, tensor), tensor.field)
  }
  plan.steps.forEach(({ op, out: name }, i) => {
    const out = tensors.get(name)!
    clearBorder(viewOf(buffer, out), out.field)
    if (op.op !== 'conv') runPlain(kernels, op, placed(tensors, op.in), out)
    else if (op.depthwise) exports.networkDepthwise(tasks[i]!)
    else exports.networkDense(tasks[i]!)
  })
  const outputs: Record<string, Int16Array> = {}
  for (const name of program.outputs) {
    const tensor = tensors.get(name)!
    if (Object.hasOwn(readers, name)) access(tensor, readers[name]!)
    else outputs[name] = readField(viewOf(buffer, tensor), tensor.field)
  }
  return outputs
}

function viewOf(buffer: ArrayBufferLike, { field, at }: Placed): Int16Array {
  return new Int16Array(buffer, at, field.bytes / 2)
}

function placed(tensors: ReadonlyMap<string, Placed>, names: readonly string[]): Placed[] {
  return names.map((name) => tensors.get(name)!)
}

/** Where everything lies in the kernels' memory during a run of one size. */
interface Layout {
  /** Bytes of the three sections: tasks, sums, tensors. */
  readonly sizes: readonly number[]
  /** Pointer of the first section. */
  readonly at: number
  readonly tensors: ReadonlyMap<string, Placed>
  /** Pointer of each step's task; only convolutions have one. */
  readonly tasks: readonly number[]
  /** Content of the first section. */
  readonly words: Int32Array
}

/** Layouts that a network caches: enough for the strips and tiles of all layers of a picture. */
const LAYOUTS = 32

/** Lays out one run. Views of the memory made before it are invalid afterwards. */
function layOut(loaded: Loaded, rows: number, columns: number): Layout {
  const { kernels, layouts } = loaded
  const key = `${rows} ${columns}`
  const cached = layouts.get(key)
  if (cached && kernels.place(cached.sizes)[0] === cached.at) {
    new Int32Array(kernels.exports.memory.buffer, cached.at, cached.words.length).set(cached.words)
    return cached
  }
  const layout = makeLayout(loaded, rows, columns)
  layouts.delete(key)
  for (const oldest of layouts.keys()) {
    if (layouts.size < LAYOUTS) break
    layouts.delete(oldest)
  }
  layouts.set(key, layout)
  return layout
}

function makeLayout({ kernels, shapes, plan, parameters }: Loaded, rows: number, columns: number): Layout {
  const { steps, lives } = plan
  const fields = [...lives.values()].map((life) => fieldOf(life, rows, columns))
  const arena = placeByLife([...lives.values()].map((life, i) => ({ ...life, bytes: fields[i]!.bytes })))
  const needs = steps.map((step) => needsOf(step, shapes, columns))
  const taskBytes = needs.reduce((sum, [task, segments, targets]) => sum + task + segments + targets, 0)
  const sizes = [taskBytes, Math.max(0, ...needs.map((need) => need[3])), arena.bytes]
  const [at, sums, first] = kernels.place(sizes) as [number, number, number]
  const tensors = new Map(
    [...lives.keys()].map((name, i) => [name, { field: fields[i]!, at: first + arena.offsets[i]! }]),
  )
  const { buffer } = kernels.exports.memory
  let end = at
  const tasks = steps.map(({ op, out, factor }, i) => {
    const [taskBytes, segmentBytes, targetBytes] = needs[i]!
    const task = end
    end += taskBytes + segmentBytes + targetBytes
    if (op.op === 'conv') {
      const pointers = { task, segments: task + taskBytes, targets: end - targetBytes, sums }
      const [ins, adds] = [placed(tensors, op.in), placed(tensors, op.add ?? [])]
      writeTask(buffer, pointers, op, parameters.get(op)!, ins, adds, tensors.get(out)!, factor)
    }
    return task
  })
  return { sizes, at, tensors, tasks, words: new Int32Array(buffer, at, taskBytes / 4).slice() }
}

function needsOf({ op }: Step, shapes: Shapes, columns: number): TaskSizes {
  if (op.op !== 'conv') return [0, 0, 0, 0]
  const channels = op.in.map((name) => shapes.get(name)!.channels)
  return taskSizes(op, channels, columns / shapes.get(op.in[0]!)!.stride)
}

/** Runs an op that is not a convolution. */
function runPlain(
  { exports }: Kernels,
  op: Exclude<Op, Convolution>,
  inputs: readonly Placed[],
  out: Placed,
): void {
  const start = ({ field, at }: Placed): number => at + field.margin
  const [a, b] = inputs as [Placed, Placed]
  if (op.op === 'sum') {
    const { rows, columns, cellBytes, rowBytes } = out.field
    exports.networkSum(
      ...([start(a), a.field.rowBytes, start(b), b.field.rowBytes] as const),
      ...([start(out), rowBytes, rows, columns * cellBytes] as const),
    )
    return
  }
  const { factor } = op
  const [coarse, fine] = op.op === 'shuffle' ? [a, out] : [out, a]
  const { channels, rowBytes, cellBytes } = fine.field
  // Without padding, the fine cells in one row of a coarse cell are contiguous and copied as a single run.
  const run = cellBytes === 2 * channels ? factor : 1
  for (let phase = 0; phase < factor * factor; phase += run) {
    const inCoarse = gridAt(coarse.field, start(coarse) + 2 * phase * channels, 1)
    const [row, column] = [Math.floor(phase / factor), phase % factor]
    const inFine = gridAt(fine.field, start(fine) + row * rowBytes + column * cellBytes, factor)
    const [from, to] = op.op === 'shuffle' ? [inCoarse, inFine] : [inFine, inCoarse]
    exports.networkCopy(...from, ...to, coarse.field.rows, coarse.field.columns, 2 * run * channels)
  }
}

/** Pointer, row bytes and cell bytes of every `step`-th cell of every `step`-th row. */
function gridAt({ rowBytes, cellBytes }: Field, at: number, step: number): [number, number, number] {
  return [at, step * rowBytes, step * cellBytes]
}
