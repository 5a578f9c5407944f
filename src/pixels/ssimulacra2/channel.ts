import { gaussianTaps, REACH } from './gaussian.ts'
import { NORMS_PER_CHANNEL } from './weights.ts'

const TAPS = 2 * REACH + 1
const [T0, T1, T2, T3, T4] = gaussianTaps() as [number, number, number, number, number]
const C2 = 0.0009

/** Compares one channel of two pictures at one scale, row by row; holds only the rows that the Gaussian reaches. */
export interface ChannelComparison {
  /** Makes of the next row of both pictures what is needed; `fill` writes `width` values of each from `at`. */
  write(fill: (reference: Float32Array, distorted: Float32Array, at: number) => void): void
  /** After the last row. @returns means of SSIM, ringing and blurring, then their 4-norms */
  finish(): Float64Array
}

/** @param height rows that will come */
export function createChannelComparison(width: number, height: number): ChannelComparison {
  // Row y lies at y % TAPS. Rows above the picture are zeros, as the buffers are at first.
  const rings = Array.from({ length: 4 }, () => new Float32Array(TAPS * width)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const [reference, distorted, squares, products] = rings
  /** The four blurred rows, with REACH zeros at each end. */
  const lines = Array.from({ length: 4 }, () => new Float32Array(width + 2 * REACH))
  const sums = new Float64Array(NORMS_PER_CHANNEL)
  let received = 0

  function write(fill: (reference: Float32Array, distorted: Float32Array, at: number) => void): void {
    const at = (received % TAPS) * width
    fill(reference, distorted, at)
    multiply(reference, distorted, squares, products, at, width)
    advance()
  }

  /** The row that came completes what the row REACH above it needs. */
  function advance(): void {
    const row = received - REACH
    received++
    if (row < 0) return
    for (let map = 0; map < 4; map++) {
      blurDown(rings[map]!, row, width, lines[map]!)
      blurAcross(lines[map]!, width)
    }
    addErrors(reference, distorted, (row % TAPS) * width, lines, width, sums)
  }

  function finish(): Float64Array {
    for (let below = 0; below < REACH; below++) {
      const at = (received % TAPS) * width
      for (const ring of rings) ring.fill(0, at, at + width)
      advance()
    }
    const pixels = width * height
    return sums.map((sum, i) => (i < 3 ? sum / pixels : (sum / pixels) ** 0.25))
  }

  return { write, finish }
}

function multiply(
  a: Float32Array,
  b: Float32Array,
  squares: Float32Array,
  products: Float32Array,
  from: number,
  width: number,
): void {
  for (let i = from, end = from + width; i < end; i++) {
    squares[i] = a[i]! * a[i]! + b[i]! * b[i]!
    products[i] = a[i]! * b[i]!
  }
}

/** Blurs `row` over the rows around it into `line`, from REACH. */
function blurDown(ring: Float32Array, row: number, width: number, line: Float32Array): void {
  const at = (distance: number) => ((row + distance + TAPS) % TAPS) * width
  const r0 = at(-4)
  const r1 = at(-3)
  const r2 = at(-2)
  const r3 = at(-1)
  const r4 = at(0)
  const r5 = at(1)
  const r6 = at(2)
  const r7 = at(3)
  const r8 = at(4)
  for (let x = 0; x < width; x++) {
    line[x + REACH] =
      T0 * ring[r4 + x]! +
      T1 * (ring[r3 + x]! + ring[r5 + x]!) +
      T2 * (ring[r2 + x]! + ring[r6 + x]!) +
      T3 * (ring[r1 + x]! + ring[r7 + x]!) +
      T4 * (ring[r0 + x]! + ring[r8 + x]!)
  }
}

/** Blurs the line in place: value x, which lay at x + REACH, goes to x; the zeros at its ends are written again. */
function blurAcross(line: Float32Array, width: number): void {
  let v0 = 0
  let v1 = 0
  let v2 = 0
  let v3 = 0
  let v4 = line[4]!
  let v5 = line[5]!
  let v6 = line[6]!
  let v7 = line[7]!
  for (let x = 0; x < width; x++) {
    const v8 = line[x + 8]!
    line[x] = T0 * v4 + T1 * (v3 + v5) + T2 * (v2 + v6) + T3 * (v1 + v7) + T4 * (v0 + v8)
    v0 = v1
    v1 = v2
    v2 = v3
    v3 = v4
    v4 = v5
    v5 = v6
    v6 = v7
    v7 = v8
  }
  line.fill(0, width)
}

function addErrors(
  reference: Float32Array,
  distorted: Float32Array,
  at: number,
  lines: readonly Float32Array[],
  width: number,
  sums: Float64Array,
): void {
  const [means1, means2, squares, products] = lines as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  let ssim1 = 0
  let ssim4 = 0
  let ringing1 = 0
  let ringing4 = 0
  let blurring1 = 0
  let blurring4 = 0
  for (let x = 0; x < width; x++) {
    const mean1 = means1[x]!
    const mean2 = means2[x]!
    const difference = mean1 - mean2
    const likeness = (1 - difference * difference) * (2 * (products[x]! - mean1 * mean2) + C2)
    const ssim = Math.max(0, 1 - likeness / (squares[x]! - mean1 * mean1 - mean2 * mean2 + C2))
    ssim1 += ssim
    ssim4 += ssim * ssim * (ssim * ssim)
    const edge = (1 + Math.abs(distorted[at + x]! - mean2)) / (1 + Math.abs(reference[at + x]! - mean1)) - 1
    const fourth = edge * edge * (edge * edge)
    if (edge > 0) {
      ringing1 += edge
      ringing4 += fourth
    } else {
      blurring1 -= edge
      blurring4 += fourth
    }
  }
  sums[0]! += ssim1
  sums[1]! += ringing1
  sums[2]! += blurring1
  sums[3]! += ssim4
  sums[4]! += ringing4
  sums[5]! += blurring4
}
