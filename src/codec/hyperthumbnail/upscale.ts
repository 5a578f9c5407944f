import { type ResampleWeights, resampleWeights, WEIGHT_BITS } from '../../pixels/resample-weights.ts'

/** Bicubic upscaling of interleaved samples by an integer factor: src/pixels/resample.ts without its rounding. */
interface Upscaler {
  /**
   * Computes output row `y`.
   *
   * @param low returns a row of the input, 3 samples per pixel; called for at most 4 rows around y / factor
   * @param out 3 samples per pixel
   */
  row(y: number, low: (y: number) => Int16Array, out: Float32Array): void
}

const TAPS = 4
const UNIT = 2 ** -WEIGHT_BITS

export function bicubicUpscaler(width: number, height: number, factor: number): Upscaler {
  const across = resampleWeights(width, factor * width, 'bicubic')
  const down = resampleWeights(height, factor * height, 'bicubic')
  const line = new Float32Array(3 * width)
  // Away from the edges there are 4 weights per phase, and the phases repeat.
  const margin = Math.min(factor * width, factor * TAPS)
  const inner = Math.max(margin, factor * (width - TAPS))
  return {
    row(y, low, out) {
      if (down.count[y] === TAPS) blendFour(y, down, low, line)
      else blend(y, down, low, line)
      spread(line, across, 0, margin, out)
      for (let phase = 0; phase < factor; phase++) repeat(line, across, margin + phase, inner, factor, out)
      spread(line, across, inner, factor * width, out)
    },
  }
}

function blend(y: number, down: ResampleWeights, low: (y: number) => Int16Array, line: Float32Array): void {
  line.fill(0)
  for (let i = 0; i < down.count[y]!; i++) {
    const weight = UNIT * down.weights[y * down.taps + i]!
    const source = low(down.first[y]! + i)
    for (let x = 0; x < line.length; x++) line[x]! += weight * source[x]!
  }
}

function blendFour(
  y: number,
  { first, taps, weights }: ResampleWeights,
  low: (y: number) => Int16Array,
  line: Float32Array,
): void {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => low(first[y]! + i)) as [
    ...[Int16Array, Int16Array, Int16Array, Int16Array],
  ]
  const [p, q, r, s] = [0, 1, 2, 3].map((i) => UNIT * weights[y * taps + i]!) as [
    ...[number, number, number, number],
  ]
  for (let x = 0; x < line.length; x++) line[x] = p * a[x]! + q * b[x]! + r * c[x]! + s * d[x]!
}

/** Computes the output pixels [from, to), each with its own weights. */
function spread(
  line: Float32Array,
  { taps, first, count, weights }: ResampleWeights,
  from: number,
  to: number,
  out: Float32Array,
): void {
  for (let x = from; x < to; x++) {
    for (let colour = 0; colour < 3; colour++) {
      let sum = 0
      for (let i = 0; i < count[x]!; i++) sum += weights[x * taps + i]! * line[3 * (first[x]! + i) + colour]!
      out[3 * x + colour] = UNIT * sum
    }
  }
}

/** Computes the output pixels from, from + step, ... below `to`, all with the weights of the first. */
function repeat(
  line: Float32Array,
  { taps, first, weights }: ResampleWeights,
  from: number,
  to: number,
  step: number,
  out: Float32Array,
): void {
  if (from >= to) return
  const [p, q, r, s] = [0, 1, 2, 3].map((i) => UNIT * weights[from * taps + i]!) as [
    ...[number, number, number, number],
  ]
  let at = 3 * first[from]!
  for (let i = 3 * from; i < 3 * to; i += 3 * step, at += 3) {
    out[i] = p * line[at]! + q * line[at + 3]! + r * line[at + 6]! + s * line[at + 9]!
    out[i + 1] = p * line[at + 1]! + q * line[at + 4]! + r * line[at + 7]! + s * line[at + 10]!
    out[i + 2] = p * line[at + 2]! + q * line[at + 5]! + r * line[at + 8]! + s * line[at + 11]!
  }
}
