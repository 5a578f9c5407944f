import { MEAN_STEPS } from '../shared/samples.ts'
/** Largest magnitude that networks see. */
export const CONTEXT_LIMIT = 255
const VALUE_LIMIT = 32767
/** In place of a run's position: the run lies outside the latents. */
export const OUTSIDE = -1

/** Decoded latents of one strip, [row][column][channel]. */
export interface StripLatents {
  readonly rows: number
  /** 16 x latent in coded units (symbol + mean), exact. */
  readonly values: Int16Array
  /** Entropy table of each latent: with min(|values|, 255) what the layer above may see. */
  readonly indexes: Uint8Array
  /** The strip has no residual, its picture is the prediction; then both arrays are empty and stand for zeros. */
  readonly isEmpty?: boolean
}

export function emptyLatents(rows: number): StripLatents {
  return { rows, values: new Int16Array(), indexes: new Uint8Array(), isEmpty: true }
}

/**
 * Latents of a strip while its passes are coded. A pass is a list of runs, so many channels each; `runs` says where in
 * the latents each begins, or OUTSIDE. Arrays of a pass have one run after the other.
 */
export interface PassStore {
  /** What a pass sees of latents stored before: min(|16 value|, 255), 0 outside. */
  magnitudes(runs: Int32Array, channels: number): Int16Array
  /** The same with signs, in halves, rounded, within -255..255. */
  halves(runs: Int32Array, channels: number): Int16Array
  /** Entropy tables as bytes; 0 outside, which is "not coded". */
  tables(runs: Int32Array, channels: number, found: Int16Array): Uint8Array
  /** Stores a pass: its values are 16 x symbols + means. */
  store(runs: Int32Array, channels: number, means: Int16Array, tables: Uint8Array, symbols: Int16Array): void
  /** Ends the work. Only now do `values` and `indexes` of the latents hold everything. */
  close(): void
}

export type OpenPassStore = (latents: StripLatents) => PassStore

/** In plain TypeScript. */
export const referencePassStore: OpenPassStore = ({ values, indexes }) => {
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
    tables(runs, channels, found) {
      const out = new Uint8Array(runs.length * channels)
      eachRun(runs, channels, (inner) => {
        for (let c = 0; c < channels; c++) out[inner + c] = found[inner + c] as number
      })
      return out
    },
    store(runs, channels, means, tables, symbols) {
      eachRun(runs, channels, (inner, outer) => {
        for (let c = 0; c < channels; c++) {
          const value = MEAN_STEPS * (symbols[inner + c] as number) + (means[inner + c] as number)
          values[outer + c] = clamp(value, VALUE_LIMIT)
          indexes[outer + c] = tables[inner + c] as number
        }
      })
    },
    close() {},
  }
}

/** Visits the runs inside the latents: `inner` is where one begins in the pass, `outer` in the latents. */
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
