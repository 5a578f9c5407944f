import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { SMALLEST_SIDE } from './ssimulacra2/weights.ts'
import { Ssimulacra2 } from './ssimulacra2.ts'

/** Metric of similarity: SSIMULACRA2 models human vision (100: equal); PSNR is in dB. */
export type Metric = 'ssimulacra2' | 'psnr'

export interface Scores {
  /** Null when a side is below 8 pixels, where the metric is not defined, or when it was not measured. */
  readonly ssimulacra2: number | null
  /** dB */
  readonly psnr: number
}

/** Compares pictures with one original, whose part of the computation is done once. */
export interface Judge {
  /** Both scores, to four decimals. @throws StrataError INTERNAL when the size is not the original's */
  scores(picture: RgbImage): Scores
  /** @throws StrataError INPUT_UNSUPPORTED when a side is below 8 pixels, INTERNAL when the size is not the original's */
  score(picture: RgbImage, metric: Metric): number
}

export function createJudge(reference: RgbImage): Judge {
  const { width, height } = reference
  const small = Math.min(width, height) < SMALLEST_SIDE
  const ssimulacra2 = small ? undefined : new Ssimulacra2(reference)

  function scores(picture: RgbImage): Scores {
    const decibels = rounded(psnr(picture, reference))
    return { ssimulacra2: ssimulacra2 ? rounded(ssimulacra2.score(picture)) : null, psnr: decibels }
  }

  function score(picture: RgbImage, metric: Metric): number {
    if (metric === 'psnr') return psnr(picture, reference)
    if (ssimulacra2) return ssimulacra2.score(picture)
    const expected = `sides of at least ${SMALLEST_SIDE} pixels for SSIMULACRA2 (PSNR takes all)`
    throw new StrataError('INPUT_UNSUPPORTED', `picture: expected ${expected}, got ${width} x ${height}`)
  }

  return { scores, score }
}

/** PSNR reported for equal pictures. The true value is infinite, which JSON cannot hold. */
const PSNR_EQUAL = 100

/** Peak signal-to-noise ratio in dB over the 8-bit values of all three channels of two pictures of one size. */
export function psnr(a: RgbImage, b: RgbImage): number {
  if (a.width !== b.width || a.height !== b.height) {
    const sizes = `${a.width}x${a.height} and ${b.width}x${b.height}`
    throw new StrataError('INTERNAL', `psnr: expected pictures of one size, got ${sizes}`)
  }
  let squares = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = a.data[i]! - b.data[i]!
    squares += difference * difference
  }
  if (squares === 0) return PSNR_EQUAL
  return Math.min(PSNR_EQUAL, 10 * Math.log10((255 * 255 * a.data.length) / squares))
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}
