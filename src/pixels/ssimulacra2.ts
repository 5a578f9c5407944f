import { invalidParam } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { LINEAR } from './ssimulacra2/colour.ts'
import { createComparison, isKnown, type KeptReference } from './ssimulacra2/scale.ts'
import { SMALLEST_SIDE, scoreOf } from './ssimulacra2/weights.ts'

export { SMALLEST_SIDE }

/** Scores two pictures that arrive row by row. It holds a few dozen rows, whatever the height. */
interface Ssimulacra2Pass {
  /**
   * @param reference n whole rows of 8-bit sRGB, interleaved, from the top
   * @param distorted the same rows of the other picture
   * @throws StrataError PARAM_INVALID when both do not have the same number of whole rows, or rows exceed the height
   */
  write(reference: Uint8Array, distorted: Uint8Array): void
  /** @throws StrataError PARAM_INVALID when rows are missing */
  score(): number
  /** The weighted sum of errors from which the score follows; 0 for equal pictures. Call it instead of `score`. */
  distance(): number
}

/**
 * SSIMULACRA 2.1 (Jon Sneyers, Cloudinary; libjxl, tools/ssimulacra2.cc): how alike two pictures look. 100: equal, 90:
 * no difference is seen, 70: high quality, 50: the difference is seen, below 30: bad; it may be negative.
 *
 * At each of up to six scales (means of 2 x 2 pixels in linear light) three maps of errors are made in each channel of
 * XYB: SSIM without its luminance term's denominator, edges that the original lacks (ringing), and edges that are lost
 * (blurring). The score is a curve of the weighted sum of the maps' means and 4-norms.
 *
 * @throws StrataError PARAM_INVALID when a side is below 8 pixels
 */
export function createSsimulacra2Pass(width: number, height: number): Ssimulacra2Pass {
  return createPass(width, height)
}

function createPass(width: number, height: number, kept?: KeptReference): Ssimulacra2Pass {
  checkSides(width, height)
  const known = isKnown(kept)
  const comparison = createComparison(width, height, kept)
  const rowBytes = 3 * width
  const linear1 = new Float32Array(rowBytes)
  const linear2 = new Float32Array(rowBytes)
  let received = 0

  function write(reference: Uint8Array, distorted: Uint8Array): void {
    const rows = reference.length / rowBytes
    const fits = Number.isInteger(rows) && received + rows <= height && distorted.length === reference.length
    if (!fits) {
      const expected = `equally many whole rows of ${rowBytes} bytes, at most ${height - received}`
      throw invalidParam('rows', expected, `${reference.length} and ${distorted.length} bytes`)
    }
    received += rows
    for (let at = 0; at < reference.length; at += rowBytes) {
      if (!known) linearRow(reference, at, linear1)
      linearRow(distorted, at, linear2)
      comparison.write(linear1, linear2)
    }
  }

  function distance(): number {
    if (received < height) throw invalidParam('rows', `${height}`, received)
    return comparison.finish()
  }

  return { write, score: () => scoreOf(distance()), distance }
}

/** Largest original, in pixels, whose intermediate values are kept between scores; they take 20 bytes per pixel. */
const MOST_KEPT = 4e6

/** Scores several pictures against one original. Up to 4 megapixels, scores after the first take two thirds of the time. */
export class Ssimulacra2 {
  readonly #reference: RgbImage
  readonly #kept: KeptReference | undefined

  /** @throws StrataError PARAM_INVALID when a side is below 8 pixels */
  constructor(reference: RgbImage) {
    checkSides(reference.width, reference.height)
    this.#reference = reference
    this.#kept = reference.width * reference.height <= MOST_KEPT ? [] : undefined
  }

  /** @throws StrataError PARAM_INVALID when the size is not the original's */
  score(distorted: RgbImage): number {
    return scoreWhole(this.#reference, distorted, this.#kept)
  }
}

/**
 * The score of one picture against its original, as createSsimulacra2Pass defines it.
 * @throws StrataError PARAM_INVALID when the sizes differ or a side is below 8 pixels
 */
export function ssimulacra2(reference: RgbImage, distorted: RgbImage): number {
  return scoreWhole(reference, distorted)
}

function scoreWhole({ width, height, data }: RgbImage, distorted: RgbImage, kept?: KeptReference): number {
  if (distorted.width !== width || distorted.height !== height) {
    throw invalidParam('size', `${width} x ${height} pixels`, `${distorted.width} x ${distorted.height}`)
  }
  const pass = createPass(width, height, kept)
  pass.write(data, distorted.data)
  return pass.score()
}

function checkSides(width: number, height: number): void {
  for (const [name, side] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(side) || side < SMALLEST_SIDE) {
      throw invalidParam(name, `an integer of at least ${SMALLEST_SIDE} pixels`, side)
    }
  }
}

function linearRow(rgb: Uint8Array, at: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = LINEAR[rgb[at + i]!]!
}
