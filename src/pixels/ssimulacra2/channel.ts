import { blurInput, createBlur, ROW_START } from './blur.ts'
import { REACH } from './gaussian.ts'
import { NORMS_PER_CHANNEL } from './weights.ts'

const { fround } = Math
const ROWS = REACH + 1
const C2 = fround(0.0009)

/** Planes of one channel of the reference at one scale. Keeping them saves two blurs of five for every further picture. */
export interface KeptChannel {
  readonly values: Float32Array
  readonly means: Float32Array
  readonly variances: Float32Array
  /** True after the first comparison, which fills the planes. */
  complete: boolean
}

/** Compares one channel of two pictures at one scale, row by row. It holds only the rows that the Gaussian reaches. */
export interface ChannelComparison {
  /** The caller writes the next row of the reference here, `width` values from ROW_START; ignored when planes are kept. */
  readonly reference: Float32Array
  readonly distorted: Float32Array
  /** Compares the rows that the caller has written. */
  write(): void
  /** Call it after the last row. @returns means of SSIM, ringing and blurring, then their 4-norms */
  finish(): Float64Array
}

/**
 * @param height number of rows
 * @param kept filled by the first comparison, read by the following ones
 */
export function createChannelComparison(
  width: number,
  height: number,
  kept?: KeptChannel,
): ChannelComparison {
  const known = kept?.complete === true
  const [reference, squares1] = [blurInput(width), blurInput(width)]
  const [distorted, squares2, products] = [blurInput(width), blurInput(width), blurInput(width)]
  const [meanBlur1, squareBlur1] = [createBlur(width), createBlur(width)]
  const [meanBlur2, squareBlur2, productBlur] = [createBlur(width), createBlur(width), createBlur(width)]
  /** The last rows of both pictures. Row y lies at y % ROWS. */
  const references = new Float32Array(ROWS * width)
  const distorteds = new Float32Array(ROWS * width)
  const sums = new Float64Array(NORMS_PER_CHANNEL)
  const rows: Rows = {
    means: known ? kept.means : meanBlur1.out,
    variances: known ? kept.variances : squareBlur1.out,
    ...{ means2: meanBlur2.out, squares2: squareBlur2.out, products: productBlur.out },
    ...{ references, distorteds },
  }
  const values = reference.subarray(ROW_START, ROW_START + width)
  const others = distorted.subarray(ROW_START, ROW_START + width)
  let received = 0

  function write(): void {
    const row = received * width
    if (known) values.set(kept.values.subarray(row, row + width))
    else kept?.values.set(values, row)
    multiply(reference, distorted, squares2, products)
    if (!known) multiply(reference, reference, squares1, squares1)
    const at = (received % ROWS) * width
    references.set(values, at)
    distorteds.set(others, at)
    advance()
  }

  /** Blurs the new row, which completes the row REACH above it, and adds that row's errors. */
  function advance(): void {
    const row = received - REACH
    received++
    meanBlur2.write(distorted)
    squareBlur2.write(squares2)
    productBlur.write(products)
    if (!known) {
      meanBlur1.write(reference)
      squareBlur1.write(squares1)
    }
    if (row < 0) return
    if (!known) keep(row)
    addErrors(rows, known ? row * width : 0, (row % ROWS) * width, width, sums)
  }

  function keep(row: number): void {
    subtractSquares(squareBlur1.out, meanBlur1.out)
    kept?.means.set(meanBlur1.out, row * width)
    kept?.variances.set(squareBlur1.out, row * width)
  }

  function finish(): Float64Array {
    for (const input of [reference, distorted, squares1, squares2, products]) input.fill(0)
    for (let below = 0; below < REACH; below++) advance()
    if (kept !== undefined) kept.complete = true
    const pixels = width * height
    return sums.map((sum, i) => (i < 3 ? sum / pixels : (sum / pixels) ** 0.25))
  }

  return { reference, distorted, write, finish }
}

/** Computes the squares of `b` and its products with `a`. */
function multiply(a: Float32Array, b: Float32Array, squares: Float32Array, products: Float32Array): void {
  for (let i = ROW_START, end = a.length - REACH; i < end; i++) {
    squares[i] = b[i]! * b[i]!
    products[i] = a[i]! * b[i]!
  }
}

/** Turns means of squares into variances, in place. */
function subtractSquares(squares: Float32Array, means: Float32Array): void {
  for (let x = 0; x < squares.length; x++) squares[x] = squares[x]! - fround(means[x]! * means[x]!)
}

interface Rows {
  readonly means: Float32Array
  readonly variances: Float32Array
  readonly means2: Float32Array
  readonly squares2: Float32Array
  readonly products: Float32Array
  readonly references: Float32Array
  readonly distorteds: Float32Array
}

/**
 * @param keptAt index of the row in `means` and `variances`
 * @param at index of the row in `references` and `distorteds`
 */
function addErrors(rows: Rows, keptAt: number, at: number, width: number, sums: Float64Array): void {
  const { means, variances, means2, squares2, products, references, distorteds } = rows
  let ssim1 = 0
  let ssim4 = 0
  let ringing1 = 0
  let ringing4 = 0
  let blurring1 = 0
  let blurring4 = 0
  for (let x = 0; x < width; x++) {
    const mean1 = means[keptAt + x]!
    const mean2 = means2[x]!
    const difference = fround(mean1 - mean2)
    const covariance = fround(products[x]! - fround(mean1 * mean2))
    const spread = variances[keptAt + x]! + fround(squares2[x]! - fround(mean2 * mean2))
    const likeness = (1 - difference * difference) * (2 * covariance + C2)
    const denominator = spread + C2
    const edge1 = 1 + Math.abs(references[at + x]! - mean1)
    const edge2 = 1 + Math.abs(distorteds[at + x]! - mean2)
    // One division serves both quotients; absolute values replace branches on signs, which processors mispredict.
    const inverse = 1 / (denominator * edge1)
    const dissimilar = 1 - fround(likeness * edge1 * inverse)
    const ssim = 0.5 * (dissimilar + Math.abs(dissimilar))
    ssim1 += ssim
    ssim4 += ssim * ssim * (ssim * ssim)
    const edge = (edge2 - edge1) * denominator * inverse
    const ringing = 0.5 * (Math.abs(edge) + edge)
    const blurring = ringing - edge
    ringing1 += ringing
    ringing4 += ringing * ringing * (ringing * ringing)
    blurring1 += blurring
    blurring4 += blurring * blurring * (blurring * blurring)
  }
  sums[0]! += ssim1
  sums[1]! += ringing1
  sums[2]! += blurring1
  sums[3]! += ssim4
  sums[4]! += ringing4
  sums[5]! += blurring4
}
