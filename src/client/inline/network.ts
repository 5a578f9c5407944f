import { BLOCK, SIDE } from './lapped.ts'
import type { Tables } from './tables.ts'

/*
 * The network of models/strata_models/inline/model.py: it predicts the missing coefficients from the known ones. It
 * runs on the 4x4 grid of 8x8 blocks.
 */

const GRID = SIDE / BLOCK
export const CELLS = GRID * GRID
/** Coded coefficients of a block. */
export const CHANNELS = 40
/** The coefficients, and the known part of each of two steps. */
const INPUTS = CHANNELS + 2

export interface Look {
  /** [16, 40]: added to the factors of the next step's codewords. */
  readonly gate: Float64Array
  /** [16, 40]: prediction of what is not coded yet. */
  readonly correction: Float64Array
}

/**
 * @param c coefficients so far, [16, 40]
 * @param known the part of the second step that `c` contains, 0 to 1; it contains the first step
 */
export function look(tables: Tables, c: Float64Array, known: number): Look {
  const hidden = tables.mixInBias.length
  const scale = Float64Array.from(tables.octave, (octave) => 2 ** octave)
  const x = new Float64Array(CELLS * INPUTS)
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < CHANNELS; i++) {
      x[cell * INPUTS + i] = Math.max(-1, Math.min(1, c[cell * CHANNELS + i]! * scale[i]!))
    }
    x.set([1, known], cell * INPUTS + CHANNELS)
  }
  const mixed = rectify(dense(x, INPUTS, tables.mixIn, tables.mixInBias))
  const spread = across(mixed, hidden, tables.across)
  const deep = rectify(dense(spread, hidden, tables.mix, tables.mixBias))
  const out = dense(deep, hidden, tables.mixOut, tables.mixOutBias)
  const gate = new Float64Array(c.length)
  const correction = new Float64Array(c.length)
  for (let i = 0; i < c.length; i++) {
    const [cell, channel] = [Math.floor(i / CHANNELS), i % CHANNELS]
    gate[i] = out[2 * cell * CHANNELS + channel]!
    correction[i] = out[(2 * cell + 1) * CHANNELS + channel]! / scale[channel]!
  }
  return { gate, correction }
}

/** x [16, inputs], weights [outputs, inputs] -> [16, outputs] */
function dense(x: Float64Array, inputs: number, weights: Float32Array, bias: Float32Array): Float64Array {
  const outputs = bias.length
  const out = new Float64Array(CELLS * outputs)
  for (let cell = 0; cell < CELLS; cell++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o]!
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * x[cell * inputs + i]!
      out[cell * outputs + o] = sum
    }
  }
  return out
}

function rectify(x: Float64Array): Float64Array {
  return x.map((value) => Math.max(0, value))
}

/** Depthwise 3x3 convolution with zeros around; weights [channels, 9]. */
function across(x: Float64Array, channels: number, weights: Float32Array): Float64Array {
  const out = new Float64Array(x.length)
  for (let cell = 0; cell < CELLS; cell++) {
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(cell / GRID) + Math.floor(tap / 3) - 1
      const column = (cell % GRID) + (tap % 3) - 1
      if (row < 0 || row >= GRID || column < 0 || column >= GRID) continue
      const from = (row * GRID + column) * channels
      for (let i = 0; i < channels; i++) out[cell * channels + i]! += weights[9 * i + tap]! * x[from + i]!
    }
  }
  return out
}
