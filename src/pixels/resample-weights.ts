import { invalidParam } from '../core/errors.ts'

export const RESAMPLE_FILTERS = ['lanczos3', 'bicubic'] as const
export type ResampleFilter = (typeof RESAMPLE_FILTERS)[number]

/** Fractional bits of the integer weights. */
export const WEIGHT_BITS = 22

/** Per output sample: its first input sample, their number, and their weights (from `taps * index`). */
export interface ResampleWeights {
  readonly taps: number
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Int32Array
}

const REACH = { lanczos3: 3, bicubic: 2 } as const satisfies Record<ResampleFilter, number>

/**
 * Weights that resample `from` samples to `to` samples. When it reduces, the filter is stretched by the scale
 * (antialiasing). At the edges it is cut and normalized. This is the definition of Pillow's `Image.resize`.
 *
 * @throws StrataError PARAM_INVALID when a size is not a positive integer or the filter is unknown
 */
export function resampleWeights(from: number, to: number, filter: ResampleFilter): ResampleWeights {
  for (const size of [from, to]) {
    if (!Number.isInteger(size) || size < 1) throw invalidParam('size', 'a positive integer', size)
  }
  if (!RESAMPLE_FILTERS.includes(filter)) throw invalidParam('filter', RESAMPLE_FILTERS.join(' or '), filter)
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const reach = REACH[filter] * stretch
  const taps = 2 * Math.ceil(reach) + 1
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const weights = new Int32Array(to * taps)
  const line = new Float64Array(taps)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale
    const start = Math.max(0, Math.floor(centre - reach + 0.5))
    const end = Math.min(from, Math.floor(centre + reach + 0.5))
    let sum = 0
    for (let j = start; j < end; j++) {
      const weight = filterAt(filter, (j + 0.5 - centre) / stretch)
      line[j - start] = weight
      sum += weight
    }
    first[i] = start
    count[i] = end - start
    for (let j = 0; j < end - start; j++)
      weights[i * taps + j] = Math.round((line[j]! / sum) * 2 ** WEIGHT_BITS)
  }
  return { taps, first, count, weights }
}

function filterAt(filter: ResampleFilter, x: number): number {
  return filter === 'lanczos3' ? lanczos3(x) : bicubic(Math.abs(x))
}

function lanczos3(x: number): number {
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** Keys' cubic with a = -1/2. */
function bicubic(x: number): number {
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0
}
