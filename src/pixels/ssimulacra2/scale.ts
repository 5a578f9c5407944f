import { ROW_START } from './blur.ts'
import { type ChannelComparison, createChannelComparison, type KeptChannel } from './channel.ts'
import { positiveXyb } from './colour.ts'
import { CHANNELS, scalesOf, weightsOf } from './weights.ts'

/** Compares two pictures row by row at one scale and at all coarser ones. */
interface ScaleComparison {
  /** Takes the next row of both in linear light, 3 * width values each; keeps neither. A kept reference is not read. */
  write(reference: Float32Array, distorted: Float32Array): void
  /** Call it after the last row. @returns the sum of weighted norms of these scales */
  finish(): number
}

/** Planes of the reference's channels and scales, at index CHANNELS * scale + channel; empty at first. */
export type KeptReference = KeptChannel[]

/** Starts at the picture's own size. @param kept filled by the first comparison, read by the following ones */
export function createComparison(width: number, height: number, kept?: KeptReference): ScaleComparison {
  return createScaleComparison({ width, height, scale: 0, scales: scalesOf(width, height), kept })
}

interface Scale {
  /** Pixels at this scale. */
  readonly width: number
  readonly height: number
  readonly scale: number
  /** Number of scales of the picture. */
  readonly scales: number
  readonly kept: KeptReference | undefined
}

function createScaleComparison(options: Scale): ScaleComparison {
  const { width, scale, scales, kept } = options
  const known = isKnown(kept)
  const counted = countedChannels(options)
  const half = scale + 1 < scales ? createHalving(options) : undefined

  function write(reference: Float32Array, distorted: Float32Array): void {
    for (const { channel, comparison } of counted) {
      if (!known) positiveXyb(reference, channel, comparison.reference, ROW_START, width)
      positiveXyb(distorted, channel, comparison.distorted, ROW_START, width)
      comparison.write()
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

/** Whether a whole comparison has filled the kept planes. */
export function isKnown(kept: KeptReference | undefined): boolean {
  return kept !== undefined && kept.length > 0 && kept.every((channel) => channel.complete)
}

interface CountedChannel {
  readonly channel: number
  readonly weights: readonly number[]
  readonly comparison: ChannelComparison
}

/** The channels with a weight at this scale; no others are computed. */
function countedChannels({ width, height, scale, scales, kept }: Scale): CountedChannel[] {
  const counted: CountedChannel[] = []
  for (let channel = 0; channel < CHANNELS; channel++) {
    const weights = weightsOf(channel, scale, scales)
    if (weights.every((weight) => weight === 0)) continue
    if (kept !== undefined) kept[CHANNELS * scale + channel] ??= keptChannel(width * height)
    const comparison = createChannelComparison(width, height, kept?.[CHANNELS * scale + channel])
    counted.push({ channel, weights, comparison })
  }
  return counted
}

function keptChannel(pixels: number): KeptChannel {
  const plane = () => new Float32Array(pixels)
  return { values: plane(), means: plane(), variances: plane(), complete: false }
}

/** Passes means of 2 x 2 pixels in linear light to the next scale. An odd side repeats its last row or column. */
function createHalving({ width, height, scale, scales, kept }: Scale): ScaleComparison {
  const known = isKnown(kept)
  const halfWidth = Math.ceil(width / 2)
  const next = createScaleComparison({
    width: halfWidth,
    height: Math.ceil(height / 2),
    scale: scale + 1,
    scales,
    kept,
  })
  const line = () => new Float32Array(3 * halfWidth)
  const [upper1, upper2, lower1, lower2] = [line(), line(), line(), line()]
  let odd = false

  function write(reference: Float32Array, distorted: Float32Array): void {
    if (!known) pairSums(reference, width, odd ? lower1 : upper1)
    pairSums(distorted, width, odd ? lower2 : upper2)
    odd = !odd
    if (!odd) send(lower1, lower2)
  }

  function send(second1: Float32Array, second2: Float32Array): void {
    if (!known) addQuarter(upper1, second1)
    addQuarter(upper2, second2)
    next.write(upper1, upper2)
  }

  function finish(): number {
    if (odd) send(upper1, upper2)
    return next.finish()
  }

  return { write, finish }
}

/** Adds horizontal neighbours in a row of interleaved RGB. */
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
