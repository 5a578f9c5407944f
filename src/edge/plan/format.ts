import type { Size } from '../../core/box.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import { MAX_FORMAT_SIDE } from '../../core/limits/table.ts'
import { PICTURE_FORMATS, type PictureFormat, STRATA_TYPE } from '../../format/media-type.ts'
import { type Acceptance, rankFormats } from '../request/accept.ts'
import type { ImageParams } from '../request/params.ts'
import { describeLimit, fitsEncoder } from '../transcoder/limits.ts'

export interface FormatRules {
  /** Formats that pictures are sent in where the URL names none; of those that a client likes equally, the first. */
  readonly formats: readonly PictureFormat[]
}

/** What a picture holds, where it is known: it decides which formats do it justice. */
export interface Content {
  /** Whether it keeps its alpha, which a JPEG lacks. */
  readonly alpha: boolean
  /** Whether it is made of a lossless layer: a drawing, which a JPEG spoils. */
  readonly lossless: boolean
}

/** Pixels up to which a drawing without alpha is sent as PNG to clients that take neither AVIF nor WebP. */
const MAX_DRAWN_PNG_PIXELS = 1e6

/** The format of a picture, and those to try where the encoder of that one fails. */
interface ChosenFormat {
  readonly format: PictureFormat
  readonly fallbacks: readonly PictureFormat[]
}

/**
 * The format of a picture that the edge makes: what the URL names, else what the client likes best, and of what it likes
 * equally WebP for opaque drawings. A JPEG is sent where nothing else fits,
 * unless the client refuses it.
 * @param size where given, only formats count that are encoded at the edge at this size
 * @param content of a layer that is a picture
 * @throws StrataError PARAM_INVALID for a size at which the format is not encoded at the edge; NOT_ACCEPTABLE
 */
export function chooseFormat(
  params: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  rules: FormatRules,
  size?: Size,
  content?: Content,
): ChosenFormat {
  const order = content && isDrawn(content) ? { formats: webpFirst(rules.formats) } : rules
  const accepting = acceptedFormats(params, accepted, order, size && content && needsPng(content, size))
  const [best, ...fallbacks] = size ? accepting.filter((format) => isEncodedHere(format, size)) : accepting
  if (best !== undefined) return { format: best, fallbacks }
  const [tooLarge] = accepting
  if (tooLarge !== undefined && size !== undefined)
    throw invalidParam(
      params.format === 'auto' ? 'w' : 'f',
      `a picture of ${describeLimit(tooLarge)}`,
      `${size.width}x${size.height}`,
    )
  const types = offeredFormats(rules)
    .map((name) => `image/${name}`)
    .join(', ')
  throw new StrataError('NOT_ACCEPTABLE', `Accept: expected ${types} or ${STRATA_TYPE} with q above 0`)
}

/** Whether chooseFormat finds nothing too large for the edge at this size: it chooses a format, or refuses the client. */
export function isMadeHere(
  params: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  rules: FormatRules,
  size: Size,
  content?: Content,
): boolean {
  const accepting = acceptedFormats(params, accepted, rules, content && needsPng(content, size))
  return accepting.length === 0 || accepting.some((format) => isEncodedHere(format, size))
}

/**
 * The best of the formats that may be sent which can hold a picture of this size, whoever makes it.
 * @param accepting see acceptedFormats; empty: JPEG
 * @throws StrataError PARAM_INVALID where the URL names one that cannot
 */
export function formatOfSize(accepting: readonly PictureFormat[], { width, height }: Size): PictureFormat {
  const [first = 'jpeg'] = accepting
  const side = Math.max(width, height)
  const format = [...accepting, first].find((candidate) => side <= MAX_FORMAT_SIDE[candidate])
  if (format !== undefined) return format
  throw invalidParam('f', `sides of at most ${MAX_FORMAT_SIDE[first]} for ${first}`, `${width}x${height}`)
}

/**
 * The formats that may be sent, the best first: the one that the URL names, else those that the client takes.
 * @param mayBePng whether any other format, a PNG too, is to be sent before a JPEG
 */
export function acceptedFormats(
  { format }: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  rules: FormatRules,
  mayBePng = false,
): readonly PictureFormat[] {
  const named = PICTURE_FORMATS.find((candidate) => candidate === format)
  if (named !== undefined) return [named]
  const ranked = rankFormats(accepted, offeredFormats(rules))
  if (!mayBePng) return ranked
  const others = ranked.filter((candidate) => candidate !== 'jpeg' && candidate !== 'png')
  const png = accepted.png ? (['png'] as const) : []
  return [...others, ...png, ...ranked.filter((candidate) => candidate === 'jpeg')]
}

/** Whether a JPEG would lose what a PNG of this size keeps at a fair price. */
export function needsPng({ alpha, lossless }: Content, { width, height }: Size): boolean {
  return alpha || (lossless && width * height <= MAX_DRAWN_PNG_PIXELS)
}

/** Of opaque drawings the edge's quick AVIF takes up to 1.7 times the bytes of its WebP; an AVIF of alpha is better. */
function isDrawn({ alpha, lossless }: Content): boolean {
  return lossless && !alpha
}

/** The formats with WebP in front of AVIF. */
function webpFirst(formats: readonly PictureFormat[]): readonly PictureFormat[] {
  if (!formats.includes('webp')) return formats
  const others = formats.filter((format) => format !== 'webp')
  const at = Math.min(others.indexOf('avif'), formats.indexOf('webp'))
  return at < 0 ? formats : [...others.slice(0, at), 'webp', ...others.slice(at)]
}

function offeredFormats({ formats }: FormatRules): readonly PictureFormat[] {
  return formats.includes('jpeg') ? formats : [...formats, 'jpeg']
}

function isEncodedHere(format: PictureFormat, { width, height }: Size): boolean {
  return fitsEncoder(format, width, height)
}
