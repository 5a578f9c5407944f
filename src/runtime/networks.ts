import { StrataError } from '../core/errors.ts'
import { memoiseLoads } from '../core/memoise-loads.ts'
import type { NetworkEngine, TensorAccess } from '../network/engine.ts'
import type { Program } from '../network/program.ts'
import type { NetworkRunner } from '../network/types.ts'
import type { ModelRunner, Runtime, Tensor } from './types.ts'

type Files = Pick<Runtime, 'table' | 'blob'>

/** The decoder's programs on an engine of src/network. */
export function engineNetworks(engine: NetworkEngine, { table, blob }: Files): Runtime['network'] {
  return memoiseLoads(async (name) => engine.load(await programOf(name, table), await blob('decoder')))
}

/** The decoder's programs as ONNX networks: a second implementation that shares no code with the engines. */
export function onnxNetworks({ table, load }: Pick<Runtime, 'table' | 'load'>): Runtime['network'] {
  return memoiseLoads(async (name) => onnxNetwork(await programOf(name, table), await load(name)))
}

async function programOf(name: string, table: Runtime['table']): Promise<Program> {
  const { networks } = ((await table('decoder')) ?? {}) as { networks?: Record<string, Program> }
  const program = networks?.[name]
  if (!program) throw new StrataError('MODEL_INVALID', `decoder.json: expected a network "${name}"`)
  return program
}

function onnxNetwork(program: Program, runner: ModelRunner): NetworkRunner {
  return {
    async run(inputs, rows, columns, readers = {}) {
      const feeds: Record<string, Tensor> = {}
      for (const [name, { channels, stride }] of Object.entries(program.inputs)) {
        const grid = [channels, rows / stride, columns / stride] as const
        feeds[name] = { data: toPlanes(denseInput(inputs[name], grid), channels), dims: [1, ...grid] }
      }
      const outputs: Record<string, Int16Array> = {}
      for (const [name, { data, dims }] of Object.entries(await runner.run(feeds))) {
        const [, channels = 1, , wide = 1] = dims
        const cells = toCells(data, channels)
        if (Object.hasOwn(readers, name)) readers[name]?.(cells, channels, wide * channels, 0)
        else outputs[name] = cells
      }
      return outputs
    },
  }
}

function denseInput(
  input: Int16Array | TensorAccess | undefined,
  [channels, rows, columns]: readonly [channels: number, rows: number, columns: number],
): Int16Array {
  if (typeof input !== 'function') return input ?? new Int16Array()
  const values = new Int16Array(channels * rows * columns)
  input(values, channels, columns * channels, 0)
  return values
}

function toPlanes(cells: Int16Array, channels: number): Float32Array {
  const plane = cells.length / channels
  const out = new Float32Array(cells.length)
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) out[c * plane + i] = cells[i * channels + c] as number
  }
  return out
}

function toCells(planes: Float32Array, channels: number): Int16Array {
  const plane = planes.length / channels
  const out = new Int16Array(planes.length)
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) out[i * channels + c] = planes[c * plane + i] as number
  }
  return out
}
