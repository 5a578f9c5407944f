import { invalidParam } from '../../core/errors.ts'

export type OutputFormat = 'auto' | 'jpeg' | 'native'
export type EmbedFactor = 1 | 2 | 4
/** How a picture meets a box of width and height: wholly inside it, or filling it and cut at two sides. */
export type Fit = 'contain' | 'cover'

/** What the query of `GET /img/:id` asks for, syntax already checked. */
export interface ImageParams {
  /** Explicit `w` in CSS pixels; undefined for none and for `w=auto`. */
  readonly width: number | undefined
  readonly height: number | undefined
  readonly fit: Fit
  /** Explicit `bg`, six lower-case hexadecimal digits. */
  readonly background: string | undefined
  /** Explicit `dpr`, at most MAX_DPR. */
  readonly dpr: number | undefined
  /** Explicit `q`, 1 to 100. */
  readonly quality: number | undefined
  readonly format: OutputFormat
  /** Explicit `ht`. */
  readonly ht: EmbedFactor | undefined
}

/** Denser screens exist, but nobody sees more than this: larger values count as this one. */
export const MAX_DPR = 4

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
  const background = single(query, 'bg')
  return {
    width: width === undefined || width === 'auto' ? undefined : integer('w', width, 1, 999_999),
    height: height === undefined ? undefined : integer('h', height, 1, 999_999),
    fit: fit === undefined ? 'contain' : choice('fit', fit, ['contain', 'cover']),
    background: background === undefined ? undefined : colour('bg', background),
    dpr: dpr === undefined ? undefined : Math.min(ratio('dpr', dpr), MAX_DPR),
    quality: quality === undefined ? undefined : integer('q', quality, 1, 100),
    format: format === undefined ? 'auto' : choice('f', format, ['auto', 'jpeg', 'native']),
    ht: ht === undefined ? undefined : (Number(choice('ht', ht, ['1', '2', '4'])) as EmbedFactor),
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

/** Six lower-case digits from `rrggbb` or `rgb`. A `#` would begin the fragment of the URL; escaped it is taken. */
export function colour(name: string, text: string): string {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase()
  if (digits === undefined) throw invalidParam(name, 'a colour as rrggbb or rgb in hexadecimal', text)
  return digits.length === 6 ? digits : digits.replace(/./g, '$&$&')
}

export function choice<const T extends string>(name: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text)
  if (found === undefined) throw invalidParam(name, values.join(' or '), text)
  return found
}
