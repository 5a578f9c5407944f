import { CELLS, CHANNELS, type Look, look } from './network.ts'
import { blocksOf, type Model } from './tables.ts'

/** Bits of one step of the code. */
export const STEP_BITS = 128
const SIZE = CELLS * CHANNELS

/** The decoder after some bits of a code. */
interface State {
  /** [16 x 40], minus the mean. */
  readonly c: Float64Array
  readonly look: Look
}

/** The signs +-1 of the bits of the first two steps; the first bit of a byte is its highest. */
export function signsOf(code: Uint8Array): Int8Array {
  return Int8Array.from({ length: Math.min(8 * code.length, 2 * STEP_BITS) }, (_, i) =>
    (code[i >> 3]! >> (7 - (i & 7))) & 1 ? 1 : -1,
  )
}

/** The state after the first step of a code. */
export function firstState(model: Model, signs: Int8Array): State {
  const { tables, frequencies } = model
  const values = Float64Array.from(tables.offset)
  addWords(tables.first, frequencies.length, signs.subarray(0, STEP_BITS), values)
  const c = blocksOf(model, values)
  return { c, look: look(tables, c, 0) }
}

/** The factors of the codewords of the second step, [16 x 40]. */
export function gatesOf({ tables }: Model, { look: { gate } }: State): Float64Array {
  return gate.map((value, i) => Math.max(0, 1 + value + tables.gateBias[i]!))
}

/** The state after the first signs of the second step, or all of them. */
export function nextState(model: Model, first: State, signs: Int8Array): State {
  const sum = new Float64Array(SIZE)
  addWords(model.tables.second, SIZE, signs, sum)
  const gates = gatesOf(model, first)
  const c = first.c.map((value, i) => value + gates[i]! * sum[i]!)
  return { c, look: look(model.tables, c, signs.length / STEP_BITS) }
}

/** The coefficients that a code decodes to, [16 x 40]. @param signs 128 to 256 of them */
export function shownBy(model: Model, signs: Int8Array): Float64Array {
  const first = firstState(model, signs)
  const rest = signs.subarray(STEP_BITS)
  return shownIn(model, rest.length > 0 ? nextState(model, first, rest) : first)
}

/** The coefficients that a state decodes to, [16 x 40]. */
export function shownIn({ mean }: Model, { c, look: { correction } }: State): Float64Array {
  return c.map((value, i) => value + correction[i]! + mean[i]!)
}

/** Adds the first codewords of a table [128, length], with these signs, to `sum`. */
function addWords(words: Float32Array, length: number, signs: Int8Array, sum: Float64Array): void {
  for (const [word, sign] of signs.entries()) {
    for (let i = 0, at = word * length; i < length; i++, at++) sum[i]! += sign * words[at]!
  }
}
