import type { RgbImage } from '../../core/image.ts'

/** Size of a crop in pixels; smaller pictures are shown completely. */
export const CROP_WIDTH = 160
const CROP_HEIGHT = 120

/** Candidates lie a quarter of a crop apart. */
const STEP = { x: CROP_WIDTH / 4, y: CROP_HEIGHT / 4 } as const

/** A rectangle of a picture, in pixels. */
interface Crop {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A crop and why it was chosen. */
export interface ChosenCrop extends Crop {
  readonly reason: 'error' | 'variance'
}

/**
 * Where to look: the crop in which `ours` has the largest squared error, and of those that do not overlap it the one
 * with the largest variance in the original, where codecs have the most to do. Among equal crops the uppermost, then
 * the leftmost is chosen. Pictures with no room for a second crop give one.
 */
export function chooseCrops(original: RgbImage, ours: RgbImage): ChosenCrop[] {
  const crops = candidates(original)
  const error = largest(crops, (crop) => squaredError(original, ours, crop))!
  const apart = crops.filter((crop) => !overlap(crop, error))
  const variance = largest(apart, (crop) => squaredDeviation(original, crop))
  return [{ ...error, reason: 'error' }, ...(variance ? [{ ...variance, reason: 'variance' as const }] : [])]
}

export function cut(image: RgbImage, { left, top, width, height }: Crop): RgbImage {
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    const start = 3 * ((top + y) * image.width + left)
    data.set(image.data.subarray(start, start + 3 * width), 3 * width * y)
  }
  return { width, height, data }
}

/** Each pixel as a square of `factor` by `factor`: nothing is smoothed, so nothing is hidden. */
export function enlarge(image: RgbImage, factor: number): RgbImage {
  const [width, height] = [factor * image.width, factor * image.height]
  const data = new Uint8Array(3 * width * height)
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(y / factor) * image.width
    for (let x = 0; x < width; x++, to += 3) {
      const from = 3 * (row + Math.floor(x / factor))
      data.set(image.data.subarray(from, from + 3), to)
    }
  }
  return { width, height, data }
}

/** All candidates, row by row. */
function candidates(picture: RgbImage): Crop[] {
  const width = Math.min(CROP_WIDTH, picture.width)
  const height = Math.min(CROP_HEIGHT, picture.height)
  const lefts = positions(picture.width - width, STEP.x)
  return positions(picture.height - height, STEP.y).flatMap((top) =>
    lefts.map((left) => ({ left, top, width, height })),
  )
}

/** Multiples of a step up to `last`, and `last` itself, so that the edges are candidates too. */
function positions(last: number, step: number): number[] {
  return [...Array.from({ length: Math.ceil(last / step) }, (_, i) => i * step), last]
}

function overlap(a: Crop, b: Crop): boolean {
  return Math.abs(a.left - b.left) < a.width && Math.abs(a.top - b.top) < a.height
}

/** The item of the largest value, of equal ones the first; undefined for no items. */
function largest(crops: readonly Crop[], score: (crop: Crop) => number): Crop | undefined {
  let best: { readonly crop: Crop; readonly value: number } | undefined
  for (const crop of crops) {
    const value = score(crop)
    if (!best || value > best.value) best = { crop, value }
  }
  return best?.crop
}

function squaredError(a: RgbImage, b: RgbImage, crop: Crop): number {
  let sum = 0
  for (const [start, end] of rowsOf(a, crop)) {
    for (let i = start; i < end; i++) sum += (a.data[i]! - b.data[i]!) ** 2
  }
  return sum
}

/** Sum of the squared differences of all samples from the mean of their channel. */
function squaredDeviation(image: RgbImage, crop: Crop): number {
  const sums = [0, 0, 0]
  let squares = 0
  for (const [start, end] of rowsOf(image, crop)) {
    for (let i = start; i < end; i++) {
      const value = image.data[i]!
      sums[(i - start) % 3]! += value
      squares += value * value
    }
  }
  return squares - sums.reduce((total, sum) => total + sum * sum, 0) / (crop.width * crop.height)
}

/** Start and end of each row of the crop, as indexes of samples. */
function* rowsOf({ width }: RgbImage, crop: Crop): Generator<readonly [start: number, end: number]> {
  for (let y = crop.top; y < crop.top + crop.height; y++) {
    const start = 3 * (y * width + crop.left)
    yield [start, start + 3 * crop.width]
  }
}
