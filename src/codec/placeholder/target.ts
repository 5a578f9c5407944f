import type { RgbImage } from '../../core/image.ts'
import { resample } from '../../pixels/resample.ts'
import { resampleWeights, WEIGHT_BITS } from '../../pixels/resample-weights.ts'
import { boxOf } from './box.ts'
import { type PlaceholderModel, SIDE } from './model.ts'
import { PlaneTransform } from './plane-transform.ts'

/** Weight of the error of the 32x32 picture, besides the error in the picture's own aspect ratio. */
const STRETCHED = 0.1

/**
 * The target of a code, as features. Features are linear in the coefficients, and their squared distance is the error in
 * the picture's 32-pixel box, in which viewers see it.
 */
export class Target {
  readonly values: Float64Array
  /** Transforms coefficients to samples of the box. */
  readonly #transform: PlaneTransform
  readonly #weight: number

  constructor(model: PlaceholderModel, image: RgbImage) {
    const box = boxOf(image)
    const { lapped, mean, colour } = model.tables
    const { product } = model
    this.#transform = new PlaneTransform(
      product,
      model.places,
      reduce(lapped, box.height),
      reduce(lapped, box.width),
    )
    this.#weight = Math.sqrt((STRETCHED * box.width * box.height) / SIDE ** 2)
    // Both pictures of a landscape have the same width, so the horizontal resize is done once for both.
    const narrow = box.width === SIDE ? resample(image, SIDE, image.height) : image
    const boxed = planesOf(colour, resample(narrow, box.width, box.height))
    const stretched = planesOf(colour, resample(narrow, SIDE, SIDE))
    const frequencies = new PlaneTransform(product, Int32Array.from(stretched.keys()), lapped, lapped).run(
      stretched,
    )
    const coefficients = Float64Array.from(model.places, (place) => frequencies[place]!)
    const average = this.features(mean)
    this.values = new Float64Array(average.length)
    for (let i = 0; i < this.values.length; i++) {
      const wanted = i < boxed.length ? boxed[i]! : this.#weight * coefficients[i - boxed.length]!
      this.values[i] = wanted - average[i]!
    }
  }

  /** Features of coefficients [16, channels]. */
  features(coefficients: ArrayLike<number>): Float64Array {
    const pixels = this.#transform.run(coefficients)
    const out = new Float64Array(pixels.length + coefficients.length)
    out.set(pixels)
    for (let i = 0; i < coefficients.length; i++) out[pixels.length + i] = this.#weight * coefficients[i]!
    return out
  }

  /** Features of the difference between the target and these coefficients. */
  residual(coefficients: Float64Array): Float64Array {
    const out = this.features(coefficients)
    for (let i = 0; i < out.length; i++) out[i] = this.values[i]! - out[i]!
    return out
  }
}

/** Matrix [size, 32] from frequencies to samples along a side of the box, resized as Pillow does. */
export function reduce(lapped: Float64Array, size: number): Float64Array {
  const { taps, first, count, weights } = resampleWeights(SIDE, size, 'lanczos3')
  const out = new Float64Array(size * SIDE)
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < count[y]!; i++) {
      const weight = weights[y * taps + i]! / 2 ** WEIGHT_BITS
      for (let u = 0; u < SIDE; u++) out[y * SIDE + u]! += weight * lapped[u * SIDE + first[y]! + i]!
    }
  }
  return out
}

/**
 * Converts pixels to three planes in the model's colours, centred on 0, with a full range of 1.
 * @param colour [3, 3], from R, G, B to the three planes
 */
export function planesOf(colour: ArrayLike<number>, { data }: RgbImage): Float64Array {
  const pixels = data.length / 3
  const planes = new Float64Array(data.length)
  for (let i = 0; i < pixels; i++) {
    for (let plane = 0; plane < 3; plane++) {
      let sum = 0
      for (let j = 0; j < 3; j++) sum += colour[3 * plane + j]! * (data[3 * i + j]! / 255 - 0.5)
      planes[plane * pixels + i] = sum
    }
  }
  return planes
}
