import { beamSearch } from '../../codec/placeholder/beam.ts'
import { referenceProduct } from '../../codec/placeholder/matrix.ts'
import { PlaneTransform } from '../../codec/placeholder/plane-transform.ts'
import { planesOf, reduce } from '../../codec/placeholder/target.ts'
import type { RgbImage } from '../../core/image.ts'
import { firstState, gatesOf, nextState, STEP_BITS, shownBy, shownIn, signsOf } from './coefficients.ts'
import { COLOUR } from './decode.ts'
import { SIDE } from './lapped.ts'
import { type Model, model } from './tables.ts'

/** Passes over all bits; each bit is flipped if that lowers the error. */
const PASSES = 2

/**
 * Cuts a code and chooses all bits anew, because the encoder chose the bits of a whole step together, and for a larger
 * decoder.
 */
export class Shortener {
  readonly #model: Model = model()
  readonly #transform: PlaneTransform
  /** Samples that the code should approximate. */
  readonly #wanted: Float64Array
  readonly #signs: Int8Array

  /**
   * @param code 16 bytes or more
   * @param bytes to which it is cut
   * @param preview the picture to approximate, in any size. @default what this decoder decodes from the whole code
   */
  constructor(code: Uint8Array, bytes: number, preview: RgbImage | undefined) {
    const { lapped, places } = this.#model
    const { width, height } = preview ?? { width: SIDE, height: SIDE }
    const [rows, columns] = [reduce(lapped, height), reduce(lapped, width)]
    this.#transform = new PlaneTransform(referenceProduct, places, rows, columns)
    const signs = signsOf(code)
    this.#wanted = preview ? planesOf(COLOUR, preview) : this.#samples(shownBy(this.#model, signs))
    this.#signs = signs.slice(0, 8 * bytes)
  }

  run(): Uint8Array {
    const count = this.#signs.length
    if (count > STEP_BITS && count < 2 * STEP_BITS) this.#searchRest(this.#signs.subarray(STEP_BITS))
    this.#improve()
    const out = new Uint8Array(count / 8)
    for (const [bit, sign] of this.#signs.entries()) if (sign > 0) out[bit >> 3]! |= 128 >> (bit & 7)
    return out
  }

  /** Searches the signs of the incomplete second step, as if the network's correction stayed the same. */
  #searchRest(rest: Int8Array): void {
    const first = firstState(this.#model, this.#signs)
    const gates = gatesOf(this.#model, first)
    const { second } = this.#model.tables
    const features = [...rest.keys()].map((word) => {
      return this.#transform.run(gates.map((gate, i) => gate * second[word * gates.length + i]!))
    })
    const left = this.#residual(shownIn(this.#model, nextState(this.#model, first, rest)))
    for (const [word, own] of features.entries()) {
      for (let i = 0; i < left.length; i++) left[i]! += rest[word]! * own[i]!
    }
    const products = features.map((a) => Float64Array.from(features, (b) => dot(a, b)))
    const slopes = Float64Array.from(features, (own) => dot(own, left))
    rest.set(beamSearch(products, slopes))
  }

  /** Flips each sign if that lowers the error. */
  #improve(): void {
    let best = this.#error()
    for (let pass = 0; pass < PASSES; pass++) {
      const before = best
      for (let bit = 0; bit < this.#signs.length; bit++) {
        this.#signs[bit]! *= -1
        const error = this.#error()
        if (error < best) best = error
        else this.#signs[bit]! *= -1
      }
      if (best === before) return
    }
  }

  #error(): number {
    const residual = this.#residual(shownBy(this.#model, this.#signs))
    return dot(residual, residual)
  }

  #residual(shown: Float64Array): Float64Array {
    return this.#samples(shown).map((value, i) => this.#wanted[i]! - value)
  }

  #samples(shown: Float64Array): Float64Array {
    return this.#transform.run(shown)
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
