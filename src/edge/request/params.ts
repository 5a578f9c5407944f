/*
 * Room request/: what a request says, as plain values, before anything is looked up: its parameters, its image id,
 * Client Hints, Accept, Range and the conditional headers, and the headers by which a page asks browsers for hints.
 * Nothing here reads a bucket or makes a response. It is the first room and imports no other.
 */

import { invalidParam } from '../../core/errors.ts'
import { choice, integer, single } from '../../core/parameters.ts'

type OutputFormat = (typeof FORMATS)[number]
export const FITS = ['contain', 'cover'] as const
const FORMATS = ['auto', 'jpeg', 'native'] as const
const FACTORS = ['1', '2', '4'] as const

/** How many times larger the picture is that a JPEG hides; 1 hides nothing. The URL calls it `ht`. */
export type EmbedFactor = 1 | 2 | 4
/** How a picture fits a box of width and height: wholly inside it, or covering it with two sides cut off. */
export type Fit = (typeof FITS)[number]

/** The query of `GET /img/:id` with its syntax checked. */
export interface ImageParams {
  /** `w` in CSS pixels; undefined where it is missing or `auto`. */
  readonly width: number | undefined
  /** `h` in CSS pixels. */
  readonly height: number | undefined
  readonly fit: Fit
  /** `bg`, six lower-case hexadecimal digits. */
  readonly background: string | undefined
  /** `dpr`, at most MAX_DPR. */
  readonly dpr: number | undefined
  /** `q`, 1 to 100. */
  readonly quality: number | undefined
  readonly format: OutputFormat
  /** `ht`, the embed factor. */
  readonly ht: EmbedFactor | undefined
}

/** Larger values count as this one: screens are denser than that, but the eye is not. */
export const MAX_DPR = 4

/**
 * Reads the parameters this version knows and ignores all others. A parameter that is given twice is refused, because
 * caches, signatures and servers disagree about which value counts.
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
    fit: fit === undefined ? 'contain' : choice('fit', fit, FITS),
    background: background === undefined ? undefined : colour('bg', background),
    dpr: dpr === undefined ? undefined : Math.min(ratio('dpr', dpr), MAX_DPR),
    quality: quality === undefined ? undefined : integer('q', quality, 1, 100),
    format: format === undefined ? 'auto' : choice('f', format, FORMATS),
    ht: ht === undefined ? undefined : embedFactor('ht', ht),
  }
}

function ratio(name: string, text: string): number {
  const value = /^[0-9]{1,2}(\.[0-9]{1,4})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0)) throw invalidParam(name, 'a number above 0, such as 1.5', text)
  return value
}

export function embedFactor(name: string, text: string): EmbedFactor {
  return Number(choice(name, text, FACTORS)) as EmbedFactor
}

/** Six lower-case digits from `rrggbb` or `rgb`. A leading `#` is taken too; in a URL it has to be escaped. */
export function colour(name: string, text: string): string {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase()
  if (digits === undefined) throw invalidParam(name, 'a colour as rrggbb or rgb in hexadecimal', text)
  return digits.length === 6 ? digits : digits.replace(/./g, '$&$&')
}
