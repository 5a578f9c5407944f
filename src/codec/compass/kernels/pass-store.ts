import { MEAN_STEPS } from '../shared/samples.ts'
/** Largest magnitude in the inputs of networks. */
export const CONTEXT_LIMIT = 255
const VALUE_LIMIT = 32767
/** Position of a run that lies outside the latents. */
export const OUTSIDE = -1

/** Decoded latents of one strip, [row][column][channel]. */
export interface StripLatents {
  readonly rows: number
  /** 16 x latent in coded units (symbol + mean); exact. */
  readonly values: Int16Array
  /** Scale index of each latent: the number of its entropy table. The layer above reads it and min(|values|, 255). */
  readonly scaleIndexes: Uint8Array
  /** The strip has no residual: both arrays are empty, which stands for zeros, and its picture is the prediction. */
  readonly isEmpty?: boolean
}

export function emptyLatents(rows: number): StripLatents {
  return { rows, values: new Int16Array(), scaleIndexes: new Uint8Array(), isEmpty: true }
}

/**
 * Latents of a strip while its passes are coded. A pass is a list of runs of `channels` values each. `runs` holds the
 * position of each run in the latents, or OUTSIDE. The arrays of a pass hold one run after the other.
 */
export interface PassStore {
  /** Magnitudes of stored latents, min(|16 x latent|, 255), for the inputs of a later pass; 0 outside. */
  magnitudes(runs: Int32Array, channels: number): Int16Array
  /** Stored latents in steps of 1/2, rounded and limited to -255..255; 0 outside. */
  halves(runs: Int32Array, channels: number): Int16Array
  /** Converts scale indexes to bytes; 0, "not coded", outside. */
  tables(runs: Int32Array, channels: number, wide: Int16Array): Uint8Array
  /** Stores the values (16 x symbol + mean) and the scale indexes of a pass. */
  store(runs: Int32Array, channels: number, means: Int16Array, tables: Uint8Array, symbols: Int16Array): void
  /** Ends the work. Only then do the arrays of the latents hold all passes. */
  close(): void
}

export type OpenPassStore = (latents: StripLatents) => PassStore

/** The PassStore in TypeScript: the reference for all others. */
export const referencePassStore: OpenPassStore = ({ values, scaleIndexes }) => {
  const gather = (runs: Int32Array, channels: number, seen: (value: number) => number): Int16Array => {
    const out = new Int16Array(runs.length * channels)
    eachRun(runs, channels, (inner, outer) => {
      for (let c = 0; c < channels; c++) out[inner + c] = seen(values[outer + c] as number)
    })
    return out
  }
  return {
    magnitudes: (runs, channels) => gather(runs, channels, seenMagnitude),
    halves: (runs, channels) =>
      gather(runs, channels, (value) => clamp((value + MEAN_STEPS / 4) >> 3, CONTEXT_LIMIT)),
    tables(runs, channels, wide) {
      const out = new Uint8Array(runs.length * channels)
      eachRun(runs, channels, (inner) => {
        for (let c = 0; c < channels; c++) out[inner + c] = wide[inner + c] as number
      })
      return out
    },
    store(runs, channels, means, tables, symbols) {
      eachRun(runs, channels, (inner, outer) => {
        for (let c = 0; c < channels; c++) {
          const value = MEAN_STEPS * (symbols[inner + c] as number) + (means[inner + c] as number)
          values[outer + c] = clamp(value, VALUE_LIMIT)
          scaleIndexes[outer + c] = tables[inner + c] as number
        }
      })
    },
    close() {},
  }
}

/** Visits the runs inside the latents: `inner` is the position of a run in the pass, `outer` in the latents. */
function eachRun(runs: Int32Array, channels: number, visit: (inner: number, outer: number) => void): void {
  for (let run = 0; run < runs.length; run++) {
    const outer = runs[run] as number
    if (outer !== OUTSIDE) visit(run * channels, outer)
  }
}

export function seenMagnitude(value: number): number {
  return Math.min(Math.abs(value), CONTEXT_LIMIT)
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit)
}
