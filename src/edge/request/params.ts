/*
 * Room request/: what a request says, as plain values, before anything is looked up: its parameters, its image id,
 * Client Hints, Accept, Range and the conditional headers, and the headers by which a page asks browsers for hints.
 * Nothing here reads a bucket or makes a response. It is the first room and imports no other.
 */

import { parseColour } from '../../core/colour.ts'
import { invalidParam } from '../../core/errors.ts'

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
    background: background === undefined ? undefined : parseColour('bg', background),
    dpr: dpr === undefined ? undefined : Math.min(ratio('dpr', dpr), MAX_DPR),
    quality: quality === undefined ? undefined : integer('q', quality, 1, 100),
    format: format === undefined ? 'auto' : choice('f', format, FORMATS),
    ht: ht === undefined ? undefined : embedFactor('ht', ht),
  }
}

/** The value of a parameter that may be given once; undefined where it is missing. */
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

export function embedFactor(name: string, text: string): EmbedFactor {
  return Number(choice(name, text, FACTORS)) as EmbedFactor
}

export function choice<const T extends string>(name: string, text: string, values: readonly T[]): T {
  const chosen = values.find((value) => value === text)
  if (chosen === undefined) throw invalidParam(name, values.join(' or '), text)
  return chosen
}
