import { StrataError } from '../../../core/errors.ts'
import { checkLength, instantiateKernels, type Kernels } from '../../../core/kernels.ts'
import type { OpenPassStore, StripLatents } from './pass-store.ts'

/** Values that the kernels of wasm/cells.ts process at a time. */
const VECTOR = 8

/**
 * Pass stores in WebAssembly, over build/kernels.wasm. They share one memory, which holds the latents of one strip at a
 * time: when another strip needs it, the latents are first copied back into their arrays.
 */
export function createWasmPassStore(module: WebAssembly.Module): OpenPassStore {
  const resident = new ResidentLatents(instantiateKernels(module))
  const { exports } = resident.kernels
  return (latents) => {
    const gather =
      (kernel: 'passMagnitudes' | 'passHalves') =>
      (runs: Int32Array, channels: number): Int16Array => {
        const count = countOf(runs, channels)
        const { values, runsAt, at } = resident.lay(latents, runs, [2 * count])
        exports[kernel](runsAt, runs.length, channels, values, at[0]!)
        return new Int16Array(exports.memory.buffer, at[0]!, count).slice()
      }
    return {
      magnitudes: gather('passMagnitudes'),
      halves: gather('passHalves'),
      tables(runs, channels, wide) {
        const count = countOf(runs, channels)
        checkLength('wide', wide, count)
        const { runsAt, at } = resident.lay(latents, runs, [2 * count, count])
        new Int16Array(exports.memory.buffer, at[0]!, count).set(wide)
        exports.passTables(runsAt, runs.length, channels, at[0]!, at[1]!)
        return new Uint8Array(exports.memory.buffer, at[1]!, count).slice()
      },
      store(runs, channels, means, tables, symbols) {
        const count = countOf(runs, channels)
        for (const [name, array] of Object.entries({ means, tables, symbols }))
          checkLength(name, array, count)
        const { values, scaleIndexes, runsAt, at } = resident.lay(latents, runs, [
          2 * count,
          count,
          2 * count,
        ])
        const [meansAt, tablesAt, symbolsAt] = at as [number, number, number]
        const { buffer } = exports.memory
        new Int16Array(buffer, meansAt, count).set(means)
        new Uint8Array(buffer, tablesAt, count).set(tables)
        new Int16Array(buffer, symbolsAt, count).set(symbols)
        exports.passStore(
          ...([runsAt, runs.length, channels, meansAt, tablesAt, symbolsAt] as const),
          ...([values, scaleIndexes] as const),
        )
      },
      close: () => resident.clear(latents),
    }
  }
}

function countOf(runs: Int32Array, channels: number): number {
  if (channels % VECTOR !== 0) {
    throw new StrataError('INTERNAL', `channels: expected a multiple of ${VECTOR}, got ${channels}`)
  }
  return runs.length * channels
}

/** The kernels' memory, and the strip whose latents lie in it. */
class ResidentLatents {
  readonly kernels: Kernels
  #owner: StripLatents | undefined

  constructor(kernels: Kernels) {
    this.kernels = kernels
  }

  /** Makes these latents resident, and places the runs and further sections behind them. */
  lay(latents: StripLatents, runs: Int32Array, sizes: readonly number[]) {
    if (this.#owner && this.#owner !== latents) this.clear(this.#owner)
    const { exports, place } = this.kernels
    const bytes = [2 * latents.values.length, latents.scaleIndexes.length]
    const [values, scaleIndexes, runsAt, ...at] = place([...bytes, 4 * runs.length, ...sizes]) as [
      ...[number, number, number],
      ...number[],
    ]
    const { buffer } = exports.memory
    if (!this.#owner) {
      new Int16Array(buffer, values, latents.values.length).set(latents.values)
      new Uint8Array(buffer, scaleIndexes, latents.scaleIndexes.length).set(latents.scaleIndexes)
      this.#owner = latents
    }
    new Int32Array(buffer, runsAt, runs.length).set(runs)
    return { values, scaleIndexes, runsAt, at }
  }

  /** Copies the latents back into their arrays if they are resident. */
  clear(latents: StripLatents): void {
    if (this.#owner !== latents) return
    this.#owner = undefined
    const { exports, place } = this.kernels
    const bytes = [2 * latents.values.length, latents.scaleIndexes.length]
    const [values, scaleIndexes] = place(bytes) as [number, number]
    latents.values.set(new Int16Array(exports.memory.buffer, values, latents.values.length))
    latents.scaleIndexes.set(new Uint8Array(exports.memory.buffer, scaleIndexes, latents.scaleIndexes.length))
  }
}
