/** Largest numerator of the reduced scale factor with exact offsets. Above it, offsets are quantized to 1/16 pixel. */
const EXACT_NUMERATOR = 6
const PHASE_STEPS = 16
const CUBIC_A = -0.6
/** Fractional bits of the bicubic weights. */
export const CUBIC_BITS = 14

/**
 * Sampling positions of one axis of a layer in the layer below; COMPASS, eq. (11)-(14). Each pixel has a nearest pixel
 * below and an offset from it, the local grid r. An axis has few different offsets; `phase` is their number.
 */
export interface Axis {
  readonly source: number
  readonly target: number
  /** Nearest source pixel of each target pixel. */
  readonly nearest: Int32Array
  /** Index in `offsets` for each target pixel. */
  readonly phase: Uint8Array
  /** Local grid r of each phase, in source pixels: -0.5..0.5. */
  readonly offsets: readonly number[]
  /** First of the four bicubic taps of each phase, relative to `nearest`. */
  readonly cubicStart: Int8Array
  /** [phase][4] bicubic weights with CUBIC_BITS fractional bits; those of a phase sum to 1. */
  readonly cubicWeights: Int16Array
}

/** Computes positions in integer arithmetic, so that all machines agree. `source` and `target` are lengths in pixels. */
export function makeAxis(source: number, target: number): Axis {
  const divisor = gcd(source, target)
  const numerator = target / divisor
  const denominator = source / divisor
  const nearest = new Int32Array(target)
  const phase = new Uint8Array(target)
  const offsets: number[] = []
  if (numerator <= EXACT_NUMERATOR) {
    for (let p = 0; p < numerator; p++) {
      const twice = (2 * p + 1) * denominator
      offsets.push(twice / (2 * numerator) - 0.5 - Math.floor(twice / (2 * numerator)))
    }
    for (let i = 0; i < target; i++) {
      nearest[i] = Math.floor(((2 * i + 1) * source) / (2 * target))
      phase[i] = i % numerator
    }
  } else {
    const half = PHASE_STEPS / 2
    for (let p = 0; p < PHASE_STEPS; p++) offsets.push((p - half) / PHASE_STEPS)
    for (let i = 0; i < target; i++) {
      const step = Math.floor((PHASE_STEPS * ((2 * i + 1) * source - target) + target) / (2 * target)) + half
      nearest[i] = Math.min(Math.max(Math.floor(step / PHASE_STEPS), 0), source - 1)
      phase[i] = ((step % PHASE_STEPS) + PHASE_STEPS) % PHASE_STEPS
    }
  }
  const { start, weights } = cubicTaps(offsets)
  return { source, target, nearest, phase, offsets, cubicStart: start, cubicWeights: weights }
}

function cubicTaps(offsets: readonly number[]): { start: Int8Array; weights: Int16Array } {
  const start = new Int8Array(offsets.length)
  const weights = new Int16Array(4 * offsets.length)
  offsets.forEach((offset, p) => {
    const first = Math.floor(offset) - 1
    start[p] = first
    let sum = 0
    for (let tap = 0; tap < 4; tap++) {
      const weight = Math.round(cubic(Math.abs(offset - first - tap)) * 2 ** CUBIC_BITS)
      weights[4 * p + tap] = weight
      sum += weight
    }
    // The rounding error is added to the heaviest tap, so that flat areas stay flat.
    const heaviest = 4 * p + (offset - first - 1 < 0.5 ? 1 : 2)
    weights[heaviest] = (weights[heaviest] ?? 0) + 2 ** CUBIC_BITS - sum
  })
  return { start, weights }
}

function cubic(d: number): number {
  if (d < 1) return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1
  return d < 2 ? ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A : 0
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
