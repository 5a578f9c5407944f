/*
 * Room request/: what a request says, as plain values, before anything is looked up: its parameters, its image id,
 * Client Hints, Accept, Range and the conditional headers, and the headers by which a page asks browsers for hints.
 * Nothing here reads a bucket or makes a response. It is the first room and imports no other.
 */

import { FITS, type Fit, type Focus } from '../../core/box.ts'
import { parseColour } from '../../core/colour.ts'
import { invalidParam } from '../../core/errors.ts'
import { MAX_DPR } from '../../core/limits/table.ts'
import { choice, focusOf, integer, single } from '../../core/parameters.ts'
import { PICTURE_FORMATS, type PictureFormat } from '../../format/media-type.ts'

const FORMATS = ['auto', ...PICTURE_FORMATS, 'native'] as const
const FRAMES = ['first'] as const
const FACTORS = ['1', '2', '4'] as const
/** The parameters that say what a picture is. */
export const IMAGE_PARAMS = ['w', 'h', 'ar', 'dpr', 'q', 'f', 'ht', 'fit', 'focus', 'bg', 'frame'] as const

/** How many times larger the picture is that a JPEG hides; 1 hides nothing. The URL calls it `ht`. */
export type EmbedFactor = 1 | 2 | 4

/** The query of `GET /img/:id` with its syntax checked. */
export interface ImageParams {
  /** `w` in CSS pixels; undefined where it is missing or `auto`. */
  readonly width: number | undefined
  /** `h` in CSS pixels. */
  readonly height: number | undefined
  readonly fit: Fit
  /** `focus`: what a covering picture is cut around. */
  readonly focus: Focus | undefined
  /** `ar`, width over height: it gives the side that the URL does not name. */
  readonly aspect: number | undefined
  /** `bg`, six lower-case hexadecimal digits. */
  readonly background: string | undefined
  /** `dpr`, at most MAX_DPR. */
  readonly dpr: number | undefined
  /** `q` on JPEG's scale, 1 to 100. */
  readonly quality: number | undefined
  /** `f`, or what the extension of the path says. */
  readonly format: 'auto' | PictureFormat | 'native'
  /** `ht`, the embed factor. */
  readonly ht: EmbedFactor | undefined
  /** `frame`: a still of an animation. */
  readonly frame?: 'first' | undefined
}

/** Of `ar`. Nothing longer is a picture on a page. */
const MAX_ASPECT = 50

/**
 * Reads the parameters this version knows and ignores all others. A parameter that is given twice is refused, because
 * caches, signatures and servers disagree about which value counts.
 * @param extension the format that the extension of the path names
 * @throws StrataError PARAM_INVALID
 */
export function parseImageParams(query: URLSearchParams, extension?: PictureFormat): ImageParams {
  const width = single(query, 'w')
  const height = single(query, 'h')
  const dpr = single(query, 'dpr')
  const quality = single(query, 'q')
  const ht = single(query, 'ht')
  const fit = single(query, 'fit')
  const focus = single(query, 'focus')
  const aspect = single(query, 'ar')
  const background = single(query, 'bg')
  const frame = single(query, 'frame')
  return {
    width: width === undefined || width === 'auto' ? undefined : integer('w', width, 1, 999_999),
    height: height === undefined ? undefined : integer('h', height, 1, 999_999),
    // Proportions that are asked for are met, unless the URL says that nothing may be cut off.
    fit: fit === undefined ? (aspect === undefined ? 'contain' : 'cover') : choice('fit', fit, FITS),
    focus: focus === undefined ? undefined : focusOf('focus', focus),
    aspect: aspect === undefined ? undefined : aspectOf(aspect, width !== undefined && height !== undefined),
    background: background === undefined ? undefined : parseColour('bg', background),
    dpr: dpr === undefined ? undefined : Math.min(ratio('dpr', dpr), MAX_DPR),
    quality: quality === undefined ? undefined : integer('q', quality, 1, 100),
    format: formatOf(single(query, 'f'), extension),
    ht: ht === undefined ? undefined : embedFactor('ht', ht),
    frame: frame === undefined ? undefined : choice('frame', frame, FRAMES),
  }
}

/** The extension of the path decides where there is one; `f` may repeat it. */
function formatOf(text: string | undefined, extension: PictureFormat | undefined): ImageParams['format'] {
  const format = text === undefined ? 'auto' : choice('f', text, FORMATS)
  if (extension === undefined) return format
  if (format === 'auto' || format === extension) return extension
  throw invalidParam('f', `${extension}, as the extension of the path says`, text)
}

/** `W:H` of integers, or a number: width over height. */
function aspectOf(text: string, isBoxed: boolean): number {
  if (isBoxed) throw invalidParam('ar', 'not both w and h beside it', text)
  const [, width, height = '1'] = /^([0-9]{1,4}(?:\.[0-9]{1,4})?)(?::([0-9]{1,4}))?$/.exec(text) ?? []
  const aspect = Number(width) / Number(height)
  if (aspect >= 1 / MAX_ASPECT && aspect <= MAX_ASPECT) return aspect
  throw invalidParam('ar', `width:height from 1:${MAX_ASPECT} to ${MAX_ASPECT}:1, such as 16:9`, text)
}

function ratio(name: string, text: string): number {
  const value = /^[0-9]{1,2}(\.[0-9]{1,4})?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0)) throw invalidParam(name, 'a number above 0, such as 1.5', text)
  return value
}

export function embedFactor(name: string, text: string): EmbedFactor {
  return Number(choice(name, text, FACTORS)) as EmbedFactor
}
