import type { AddProduct } from './matrix.ts'
import { BITS, CELLS, GRID, type PlaceholderModel } from './model.ts'

/*
 * The convolutional LSTM of models/strata_models/placeholder/model.py, which runs between iterations. It computes with
 * doubles in a fixed order and uses only + - * min max, so every JavaScript engine gets the same bits without integers.
 */

export interface State {
  /** [16, channels]: sum of the gated codewords so far. */
  readonly c: Float64Array
  /** [16, hidden] */
  readonly hidden: Float64Array
  readonly memory: Float64Array
}

/** The part of the next iteration that depends only on the state, not on its bits. */
export interface Gates {
  /** [16, channels] in 0..2: factors of the codewords. */
  readonly gate: Float64Array
  /** [16, 4 x hidden]: the contribution of the state to the sums of the LSTM. */
  readonly lstm: Float64Array
}

export function firstState({ channels, hidden }: PlaceholderModel): State {
  const [c, h, memory] = [channels, hidden, hidden].map((n) => new Float64Array(CELLS * n))
  return { c: c!, hidden: h!, memory: memory! }
}

/** @param iteration from 0 */
export function gatesOf(model: PlaceholderModel, { c, hidden }: State, iteration: number): Gates {
  const { channels, tables, product } = model
  const inputs = channels + model.hidden
  const outputs = channels + 4 * model.hidden
  const features = new Float64Array(CELLS * inputs)
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) {
      const at = cell * channels + i
      features[cell * inputs + i] = tanh((c[at]! * 0.5) / tables.scale[at]!)
    }
    for (let i = 0; i < model.hidden; i++) {
      features[cell * inputs + channels + i] = hidden[cell * model.hidden + i]!
    }
  }
  const mixed = dense(product, features, tables.mixIn, tables.mixInBias)
  const spread = across(mixed, tables.mixAcross, tables.mixAcrossBias)
  const sums = dense(product, spread, tables.mixOut, tables.mixOutBias)
  const gate = new Float64Array(CELLS * channels)
  const lstm = new Float64Array(CELLS * 4 * model.hidden)
  const width = 4 * model.hidden
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) {
      const at = cell * channels + i
      gate[at] = 2 * sigmoid(sums[cell * outputs + i]! + tables.gateBias[iteration * CELLS * channels + at]!)
    }
    for (let i = 0; i < width; i++) {
      const bias = tables.lstmBias[iteration * width + i]! + tables.cellBias[cell * width + i]!
      lstm[cell * width + i] = sums[cell * outputs + channels + i]! + bias
    }
  }
  return { gate, lstm }
}

/** Adds one codeword of an iteration, [16, channels], to `out` with this sign. */
export function addCodeword(
  model: PlaceholderModel,
  iteration: number,
  bit: number,
  sign: number,
  out: Float64Array,
): void {
  const word = iteration * BITS + bit
  const unit = sign * model.tables.codewordSteps[word]!
  const from = word * out.length
  for (let i = 0; i < out.length; i++) out[i]! += unit * model.codewords[from + i]!
}

/**
 * @param x [16, channels]: sum of the iteration's codewords
 * @returns the next state, and the coefficients of the picture relative to the mean
 */
export function advance(
  model: PlaceholderModel,
  state: State,
  { gate, lstm }: Gates,
  x: Float64Array,
): { readonly state: State; readonly shown: Float64Array } {
  const { hidden: width, tables, product } = model
  const c = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) c[i] = state.c[i]! + gate[i]! * x[i]!
  const sums = dense(product, x, tables.read)
  const memory = new Float64Array(CELLS * width)
  const hidden = new Float64Array(CELLS * width)
  for (let cell = 0; cell < CELLS; cell++) {
    const from = cell * 4 * width
    for (let i = 0; i < width; i++) {
      const at = cell * width + i
      const part = (k: number) => lstm[from + k * width + i]! + sums[from + k * width + i]!
      memory[at] = sigmoid(part(1)) * state.memory[at]! + sigmoid(part(0)) * tanh(part(3))
      hidden[at] = sigmoid(part(2)) * tanh(memory[at]!)
    }
  }
  const shown = dense(product, around(hidden, width), tables.show, tables.showBias)
  for (let i = 0; i < shown.length; i++) shown[i] = c[i]! + shown[i]! * tables.scale[i]!
  return { state: { c, hidden, memory }, shown }
}

function sigmoid(x: number): number {
  return Math.max(0, Math.min(1, x * 0.25 + 0.5))
}

function tanh(x: number): number {
  return Math.max(-1, Math.min(1, x))
}

/** Bias plus x [16, inputs] times weights [inputs, outputs]. */
function dense(
  product: AddProduct,
  x: Float64Array,
  weights: Float64Array,
  bias?: Float64Array,
): Float64Array {
  const inputs = x.length / CELLS
  const outputs = weights.length / inputs
  const out = new Float64Array(CELLS * outputs)
  if (bias) for (let cell = 0; cell < CELLS; cell++) out.set(bias, cell * outputs)
  product(x, weights, out, [CELLS, inputs, outputs])
  return out
}

/** Depthwise 3x3 convolution; weights [9, channels], zeros outside the grid. */
function across(x: Float64Array, weights: Float64Array, bias: Float64Array): Float64Array {
  const channels = bias.length
  const out = new Float64Array(x.length)
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) out[cell * channels + i] = bias[i]!
    eachNeighbour(cell, (other, tap) => {
      for (let i = 0; i < channels; i++) {
        out[cell * channels + i]! += weights[tap * channels + i]! * x[other * channels + i]!
      }
    })
  }
  return out
}

/** Gathers the 3x3 neighbourhood of each cell, [16, inputs] -> [16, 9 x inputs]; zeros outside the grid. */
function around(x: Float64Array, inputs: number): Float64Array {
  const out = new Float64Array(9 * x.length)
  for (let cell = 0; cell < CELLS; cell++) {
    eachNeighbour(cell, (other, tap) => {
      const to = (9 * cell + tap) * inputs
      for (let i = 0; i < inputs; i++) out[to + i] = x[other * inputs + i]!
    })
  }
  return out
}

function eachNeighbour(cell: number, visit: (other: number, tap: number) => void): void {
  const [row, column] = [Math.floor(cell / GRID), cell % GRID]
  for (let tap = 0; tap < 9; tap++) {
    const y = row + Math.floor(tap / 3) - 1
    const x = column + (tap % 3) - 1
    if (y >= 0 && y < GRID && x >= 0 && x < GRID) visit(y * GRID + x, tap)
  }
}
