import type { RgbImage } from '../../src/core/image.ts'
import { noise } from '../pictures.ts'

/** Kinds of damage computed in integers only, so that another program can produce the very same pixels. */
export const DAMAGES = { blocks, chroma, darker, levels, shift, soft, speckle } as const
export type Damage = keyof typeof DAMAGES

/** Averages each square of `side` pixels with its mean. */
function blocks(image: RgbImage, side: number): RgbImage {
  const means = new Map<number, number[]>()
  const square = (x: number, y: number) => Math.floor(y / side) * image.width + Math.floor(x / side)
  map(image, (x, y, c, value) => {
    const sums = means.get(square(x, y)) ?? [0, 0, 0, 0, 0, 0]
    sums[c]! += value
    sums[3 + c]!++
    means.set(square(x, y), sums)
    return value
  })
  return map(image, (x, y, c, value) => {
    const sums = means.get(square(x, y))!
    return (value + Math.floor(sums[c]! / sums[3 + c]!)) >> 1
  })
}

/** Takes red and blue from the upper left pixel of each square of `side` pixels. */
function chroma(image: RgbImage, side: number): RgbImage {
  return map(image, (x, y, c, value) => (c === 1 ? value : at(image, x - (x % side), y - (y % side), c)))
}

function darker(image: RgbImage, by: number): RgbImage {
  return map(image, (_x, _y, _c, value) => Math.max(0, value - by))
}

/** Quantizes samples to multiples of `step`. */
function levels(image: RgbImage, step: number): RgbImage {
  return map(image, (_x, _y, _c, value) => Math.min(255, step * Math.floor((value + (step >> 1)) / step)))
}

/** Moves the picture `by` pixels to the left. */
function shift(image: RgbImage, by: number): RgbImage {
  return map(image, (x, y, c) => at(image, x + by, y, c))
}

/** Replaces each sample by the mean of (2 * reach + 1)² pixels. */
function soft(image: RgbImage, reach: number): RgbImage {
  const count = (2 * reach + 1) ** 2
  return map(image, (x, y, c) => {
    let sum = count >> 1
    for (let j = -reach; j <= reach; j++) {
      for (let i = -reach; i <= reach; i++) sum += at(image, x + i, y + j, c)
    }
    return Math.floor(sum / count)
  })
}

/** Adds noise of up to +-`amount` to each sample. */
function speckle(image: RgbImage, amount: number): RgbImage {
  const { data } = noise(image.width, image.height, 9)
  let i = 0
  return map(image, (_x, _y, _c, value) => {
    const change = Math.floor((data[i++]! * (2 * amount + 1)) / 256) - amount
    return Math.max(0, Math.min(255, value + change))
  })
}

/** A sample; positions outside the picture are clamped to its edge. */
function at({ width, height, data }: RgbImage, x: number, y: number, channel: number): number {
  const column = Math.max(0, Math.min(width - 1, x))
  const row = Math.max(0, Math.min(height - 1, y))
  return data[3 * (row * width + column) + channel]!
}

function map(
  { width, height, data }: RgbImage,
  sample: (x: number, y: number, channel: number, value: number) => number,
): RgbImage {
  const out = new Uint8Array(data.length)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) out[i] = sample(x, y, c, data[i]!)
    }
  }
  return { width, height, data: out }
}
