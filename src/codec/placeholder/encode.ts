import { invalidParam } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { PLACEHOLDER_STEP_BYTES } from '../../format/describe.ts'
import { beamSearch } from './beam.ts'
import { transpose } from './matrix.ts'
import { BITS, ITERATIONS_PER_STEP, type PlaceholderModel } from './model.ts'
import { addCodeword, advance, firstState, type Gates, gatesOf, type State } from './network.ts'
import { Target } from './target.ts'

/** Steps of the code in a file's header. */
export const DEFAULT_STEPS = 3

/** Flips that are tried with the whole decoder, the most promising first, and the number of passes over them. */
const TRIED = 24
const PASSES = 3

/**
 * Encodes a picture's progressive code, 16 bytes per step. A step does not depend on later steps, so a code can be cut
 * after any step.
 *
 * The bits of an iteration are the signs of its codewords. They are searched so that the gated codewords come nearest to
 * the residual as if the decoder were linear. Then single bits are flipped while the true decoder's error falls.
 * @throws StrataError PARAM_INVALID when the model does not have so many steps
 */
export function encodePlaceholder(
  model: PlaceholderModel,
  image: RgbImage,
  steps: number = DEFAULT_STEPS,
): Uint8Array {
  if (!Number.isInteger(steps) || steps < 1 || steps > model.steps) {
    throw invalidParam('steps', `an integer from 1 to ${model.steps}`, steps)
  }
  const target = new Target(model, image)
  const code = new Uint8Array(steps * PLACEHOLDER_STEP_BYTES)
  let state = firstState(model)
  let residual: Float64Array = target.values.slice()
  for (let i = 0; i < steps * ITERATIONS_PER_STEP; i++) {
    const search = new BitSearch(model, target, state, i, residual)
    const best = search.run()
    state = best.state
    residual = best.residual
    for (const [bit, sign] of search.bits.entries()) {
      if (sign > 0) code[(i * BITS + bit) >> 3]! |= 128 >> (bit & 7)
    }
  }
  return code
}

interface Trial {
  readonly state: State
  readonly residual: Float64Array
  readonly error: number
}

/** Search for the bits of one iteration. */
class BitSearch {
  /** 128 signs, +-1. */
  readonly bits: Int8Array
  readonly #model: PlaceholderModel
  readonly #target: Target
  readonly #state: State
  readonly #iteration: number
  readonly #gates: Gates
  /** Features of each gated codeword, [features, 128], and their inner products with each other. */
  readonly #words: Float64Array
  readonly #products: Float64Array[]

  constructor(
    model: PlaceholderModel,
    target: Target,
    state: State,
    iteration: number,
    residual: Float64Array,
  ) {
    this.#model = model
    this.#target = target
    this.#state = state
    this.#iteration = iteration
    this.#gates = gatesOf(model, state, iteration)
    const words = new Float64Array(BITS * residual.length)
    for (let bit = 0; bit < BITS; bit++) {
      const word = new Float64Array(state.c.length)
      addCodeword(model, iteration, bit, 1, word)
      for (let i = 0; i < word.length; i++) word[i]! *= this.#gates.gate[i]!
      words.set(target.features(word), bit * residual.length)
    }
    this.#words = transpose(words, BITS)
    const products = new Float64Array(BITS * BITS)
    model.product(words, this.#words, products, [BITS, residual.length, BITS])
    this.#products = Array.from({ length: BITS }, (_, j) => products.subarray(j * BITS, (j + 1) * BITS))
    this.bits = beamSearch(this.#products, this.#slopes(residual))
  }

  run(): Trial {
    const x = new Float64Array(this.#state.c.length)
    for (const [bit, sign] of this.bits.entries()) this.#add(bit, sign, x)
    let best = this.#try(x)
    for (let pass = 0; pass < PASSES; pass++) {
      const before = best.error
      for (const bit of this.#likely(best.residual)) {
        this.#add(bit, -2 * this.bits[bit]!, x)
        const trial = this.#try(x)
        if (trial.error < best.error) {
          best = trial
          this.bits[bit]! *= -1
        } else this.#add(bit, 2 * this.bits[bit]!, x)
      }
      if (best.error >= before) break
    }
    return best
  }

  /** Bits in the order of the error after their flips if the decoder were linear, the best first. */
  #likely(residual: Float64Array): number[] {
    const slopes = this.#slopes(residual)
    const changes = slopes.map((slope, j) => this.bits[j]! * slope + this.#products[j]![j]!)
    const order = [...changes.keys()].sort((a, b) => changes[a]! - changes[b]!)
    return order.slice(0, TRIED)
  }

  #slopes(residual: Float64Array): Float64Array {
    const slopes = new Float64Array(BITS)
    this.#model.product(residual, this.#words, slopes, [1, residual.length, BITS])
    return slopes
  }

  #add(bit: number, sign: number, x: Float64Array): void {
    addCodeword(this.#model, this.#iteration, bit, sign, x)
  }

  #try(x: Float64Array): Trial {
    const { state, shown } = advance(this.#model, this.#state, this.#gates, x)
    const residual = this.#target.residual(shown)
    return { state, residual, error: dot(residual, residual) }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
