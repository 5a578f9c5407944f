import { type ChannelComparison, createChannelComparison } from './channel.ts'
import { positiveXyb } from './colour.ts'
import { CHANNELS, weightsOf } from './weights.ts'

/** Compares two pictures at one scale and all smaller ones, row by row. */
export interface ScaleComparison {
  /** The next row of both in linear light, 3 * width values each; not kept. */
  write(reference: Float32Array, distorted: Float32Array): void
  /** After the last row. @returns the sum of weighted norms of these scales */
  finish(): number
}

/**
 * @param width in pixels at this scale
 * @param scale 0 for the picture's own size
 * @param scales how many there are
 */
export function createScaleComparison(
  width: number,
  height: number,
  scale: number,
  scales: number,
): ScaleComparison {
  const counted = countedChannels(width, height, scale, scales)
  const half = scale + 1 < scales ? createHalving(width, height, scale, scales) : undefined

  function write(reference: Float32Array, distorted: Float32Array): void {
    for (const { channel, comparison } of counted) {
      comparison.write((a, b, at) => {
        positiveXyb(reference, channel, a, at, width)
        positiveXyb(distorted, channel, b, at, width)
      })
    }
    half?.write(reference, distorted)
  }

  function finish(): number {
    let sum = half?.finish() ?? 0
    for (const { comparison, weights } of counted) {
      const norms = comparison.finish()
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * norms[i]!
    }
    return sum
  }

  return { write, finish }
}

interface CountedChannel {
  readonly channel: number
  readonly weights: readonly number[]
  readonly comparison: ChannelComparison
}

/** The channels that have a weight at this scale; of the others nothing is computed. */
function countedChannels(width: number, height: number, scale: number, scales: number): CountedChannel[] {
  const counted: CountedChannel[] = []
  for (let channel = 0; channel < CHANNELS; channel++) {
    const weights = weightsOf(channel, scale, scales)
    if (weights.every((weight) => weight === 0)) continue
    counted.push({ channel, weights, comparison: createChannelComparison(width, height) })
  }
  return counted
}

/** Hands means of 2 x 2 pixels in linear light to the next scale; an odd side repeats its last row or column. */
function createHalving(width: number, height: number, scale: number, scales: number): ScaleComparison {
  const halfWidth = Math.ceil(width / 2)
  const next = createScaleComparison(halfWidth, Math.ceil(height / 2), scale + 1, scales)
  const lines = Array.from({ length: 4 }, () => new Float32Array(3 * halfWidth)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const [upper1, upper2, lower1, lower2] = lines
  let odd = false

  function write(reference: Float32Array, distorted: Float32Array): void {
    pairSums(reference, width, odd ? lower1 : upper1)
    pairSums(distorted, width, odd ? lower2 : upper2)
    odd = !odd
    if (!odd) send(lower1, lower2)
  }

  function send(second1: Float32Array, second2: Float32Array): void {
    addQuarter(upper1, second1)
    addQuarter(upper2, second2)
    next.write(upper1, upper2)
  }

  function finish(): number {
    if (odd) send(upper1, upper2)
    return next.finish()
  }

  return { write, finish }
}

/** Sums of neighbours in a row of interleaved RGB. */
function pairSums(row: Float32Array, width: number, out: Float32Array): void {
  const whole = 3 * (width >> 1)
  for (let o = 0, i = 0; o < whole; o += 3, i += 6) {
    out[o] = row[i]! + row[i + 3]!
    out[o + 1] = row[i + 1]! + row[i + 4]!
    out[o + 2] = row[i + 2]! + row[i + 5]!
  }
  for (let o = whole; o < out.length; o++) out[o] = 2 * row[o + whole]!
}

function addQuarter(upper: Float32Array, lower: Float32Array): void {
  for (let i = 0; i < upper.length; i++) upper[i] = 0.25 * (upper[i]! + lower[i]!)
}
