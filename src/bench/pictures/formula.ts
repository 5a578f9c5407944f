/**
 * src/bench/pictures holds pictures made by formula, for benchmarks and tests, and encodes them.
 * @module
 */

import type { RgbImage } from '../../core/image.ts'

/*
 * Pictures for measurements and tests, made by formula. The same size and seed give the same bytes on every machine, so
 * pixels depend only on sums, products and integer hashes, never on Math.random.
 */

export const PICTURES = { photo, gradient, text, checker, noise } as const
export type PictureKind = keyof typeof PICTURES

/**
 * Like a photograph: 1/f noise (octaves of smooth noise, finer ones weaker) in three correlated channels, over a
 * horizon and a few discs with hard edges.
 */
export function photo(width: number, height: number, seed = 1): RgbImage {
  const random = generator(seed)
  const scale = Math.max(width, height)
  const discs = Array.from({ length: 5 }, () => ({
    x: random() * width,
    y: random() * height,
    radius: (0.04 + 0.12 * random()) * scale,
    colour: [random() * 255, random() * 255, random() * 255] as const,
  }))
  const level = (0.35 + 0.3 * random()) * height
  const horizon = Array.from({ length: width }, (_, x) => {
    return level + 0.08 * scale * (fractal(x, 0, scale / 3, seed + 2000) - 0.5)
  })
  return paint(width, height, (x, y) => {
    const light = fractal(x, y, scale / 2, seed)
    const tint = smooth((8 * x) / scale, (8 * y) / scale, seed + 1000)
    const sky = y < horizon[x]!
    const base = sky ? [120, 160, 210] : [96, 110, 60]
    const contrast = sky ? 70 : 330
    const disc = discs.find((d) => (x - d.x) ** 2 + (y - d.y) ** 2 < d.radius ** 2)
    return [0, 1, 2].map((channel) => {
      const ground = disc ? disc.colour[channel]! : base[channel]!
      return ground + contrast * (light - 0.5) + (channel - 1) * 40 * (tint - 0.5)
    })
  })
}

/** Smooth ramps, a different one in each channel, which reveal banding. */
export function gradient(width: number, height: number, seed = 1): RgbImage {
  const random = generator(seed)
  const slopes = Array.from({ length: 6 }, () => 2 * random() - 1)
  return paint(width, height, (x, y) =>
    [0, 1, 2].map((channel) => {
      const across = slopes[2 * channel]! * (x / width - 0.5)
      const down = slopes[2 * channel + 1]! * (y / height - 0.5)
      return 127.5 + 127.5 * (across + down)
    }),
  )
}

/** Like a page of print: rows of dark strokes on light paper, with word gaps and margins. */
export function text(width: number, height: number, seed = 1): RgbImage {
  const cell = { width: 6, height: 10 }
  return paint(width, height, (x, y) => {
    const column = Math.floor(x / cell.width)
    const row = Math.floor(y / cell.height)
    const inMargin = x < 8 || y < 8 || x >= width - 8 || y >= height - 8
    const inGlyph = x % cell.width < 5 && y % cell.height < 7
    const isGap = hash(column, row, seed) < 0.18
    const stroke = hash(x % cell.width, y % cell.height, seed + Math.floor(26 * hash(column, row, seed + 1)))
    return inMargin || !inGlyph || isGap || stroke < 0.5 ? [250, 249, 244] : [24, 24, 32]
  })
}

/** Black and white squares of `1 + seed` pixels: the highest frequencies there are. */
export function checker(width: number, height: number, seed = 1): RgbImage {
  const size = 1 + seed
  return paint(width, height, (x, y) => {
    const value = (Math.floor(x / size) + Math.floor(y / size)) % 2 === 0 ? 0 : 255
    return [value, value, value]
  })
}

/** White noise in every channel, which no codec can compress. */
export function noise(width: number, height: number, seed = 1): RgbImage {
  return paint(width, height, (x, y) => [0, 1, 2].map((channel) => 256 * hash(x, y, 3 * seed + channel)))
}

/** A generator of numbers in [0, 1) (xorshift32), for tests that need repeatable choices. */
export function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

function paint(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): RgbImage {
  // Uint8ClampedArray rounds and clamps; the returned picture is a Uint8Array over the same bytes.
  const data = new Uint8ClampedArray(3 * width * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) data.set(pixel(x, y), i)
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

/** Amplitude of an octave of noise relative to the next coarser one, near the spectrum of photographs. */
const FINER = 0.75

/** Octaves of smooth noise from `period` pixels down to 2, in 0..1. */
function fractal(x: number, y: number, period: number, seed: number): number {
  let sum = 0
  let total = 0
  for (let weight = 1; period >= 2; period /= 2, weight *= FINER) {
    sum += weight * smooth(x / period, y / period, ++seed)
    total += weight
  }
  return total === 0 ? 0.5 : sum / total
}

/** Value noise: hashes at integer positions, interpolated smoothly between them. */
function smooth(x: number, y: number, seed: number): number {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const u = ease(x - left)
  const v = ease(y - top)
  const upper = hash(left, top, seed) * (1 - u) + hash(left + 1, top, seed) * u
  const lower = hash(left, top + 1, seed) * (1 - u) + hash(left + 1, top + 1, seed) * u
  return upper * (1 - v) + lower * v
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}

/** A pseudo-random number in [0, 1) of three integers. */
function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2f) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
}
