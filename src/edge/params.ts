import { invalidParam } from '../core/errors.ts'

export type OutputFormat = 'auto' | 'jpeg' | 'native'
export type EmbedFactor = 1 | 2 | 4

/** What the query of `GET /img/:id` asks for, syntax already checked. */
export interface ImageParams {
  /** Explicit `w` in CSS pixels; undefined for none and for `w=auto`. */
  readonly width: number | undefined
  readonly height: number | undefined
  /** Explicit `dpr`, at most MAX_DPR. */
  readonly dpr: number | undefined
  /** JPEG quality 1 to 100. */
  readonly quality: number
  readonly format: OutputFormat
  readonly ht: EmbedFactor
}

/** Denser screens exist, but nobody sees more than this: larger values count as this one. */
export const MAX_DPR = 4
const DEFAULT_QUALITY = 75

/**
 * Reads the parameters this version knows; unknown ones are ignored. One given twice is refused, because caches,
 * signatures and servers disagree about which of them counts.
 * @throws StrataError PARAM_INVALID
 */
export function parseImageParams(query: URLSearchParams): ImageParams {
  const width = single(query, 'w')
  const height = single(query, 'h')
  const dpr = single(query, 'dpr')
  const quality = single(query, 'q')
  const format = single(query, 'f')
  const ht = single(query, 'ht')
  const fit = single(query, 'fit')
  if (fit !== undefined) choice('fit', fit, ['contain'])
  return {
    width: width === undefined || width === 'auto' ? undefined : integer('w', width, 1, 999_999),
    height: height === undefined ? undefined : integer('h', height, 1, 999_999),
    dpr: dpr === undefined ? undefined : Math.min(ratio('dpr', dpr), MAX_DPR),
    quality: quality === undefined ? DEFAULT_QUALITY : integer('q', quality, 1, 100),
    format: format === undefined ? 'auto' : choice('f', format, ['auto', 'jpeg', 'native']),
    ht: ht === undefined ? 1 : (Number(choice('ht', ht, ['1', '2', '4'])) as EmbedFactor),
  }
}

/** The value of a parameter that may be given once. */
export function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  if (values.length > 1) throw invalidParam(name, 'one value', values.join(', '))
  return values[0]
}

/** An integer of 1 to 6 digits within [min, max]. */
export function integer(name: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw invalidParam(name, `an integer from ${min} to ${max}`, text)
  return value
}

function ratio(name: string, text: string): number {
  const value = /^[0-9]{1,2}(\.[0-9]{1,4})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0)) throw invalidParam(name, 'a number above 0, such as 1.5', text)
  return value
}

function choice<const T extends string>(name: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text)
  if (found === undefined) throw invalidParam(name, values.join(' or '), text)
  return found
}
