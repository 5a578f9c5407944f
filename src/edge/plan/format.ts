import type { Size } from '../../core/box.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import { PICTURE_FORMATS, type PictureFormat, STRATA_TYPE } from '../../format/media-type.ts'
import { type Acceptance, rankFormats } from '../request/accept.ts'
import type { ImageParams } from '../request/params.ts'
import { describeLimit, fitsEncoder } from '../transcoder/limits.ts'

export interface FormatRules {
  /** Formats that pictures are sent in where the URL names none; of those that a client likes equally, the first. */
  readonly formats: readonly PictureFormat[]
}

/** The format of a picture, and those to try where the encoder of that one fails. */
interface ChosenFormat {
  readonly format: PictureFormat
  readonly fallbacks: readonly PictureFormat[]
}

/**
 * The format of a picture: what the URL names, else what the client likes best. A JPEG is sent where nothing else fits,
 * unless the client refuses it.
 * @param size where given, only formats count that are encoded at the edge at this size
 * @throws StrataError PARAM_INVALID for a size at which the format is not encoded at the edge; NOT_ACCEPTABLE
 */
export function chooseFormat(
  { format }: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  { formats }: FormatRules,
  size?: Size,
): ChosenFormat {
  const isMade = (candidate: PictureFormat) =>
    size === undefined || fitsEncoder(candidate, size.width, size.height)
  const named = PICTURE_FORMATS.find((candidate) => candidate === format)
  const offered = formats.includes('jpeg') ? formats : [...formats, 'jpeg' as const]
  const accepting = named === undefined ? rankFormats(accepted, offered) : [named]
  const [best, ...fallbacks] = accepting.filter(isMade)
  if (best !== undefined) return { format: best, fallbacks }
  const [tooLarge] = accepting
  if (tooLarge !== undefined && size !== undefined)
    throw invalidParam(
      named ? 'f' : 'w',
      `a picture of ${describeLimit(tooLarge)}`,
      `${size.width}x${size.height}`,
    )
  const types = offered.map((name) => `image/${name}`).join(', ')
  throw new StrataError('NOT_ACCEPTABLE', `Accept: expected ${types} or ${STRATA_TYPE} with q above 0`)
}

/** Whether one of the formats that chooseFormat may choose is encoded at the edge at this size. */
export function isMadeHere(
  { format }: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  { formats }: FormatRules,
  { width, height }: Size,
): boolean {
  const named = PICTURE_FORMATS.find((candidate) => candidate === format)
  const candidates = named === undefined ? rankFormats(accepted, [...formats, 'jpeg']) : [named]
  return candidates.length === 0 || candidates.some((candidate) => fitsEncoder(candidate, width, height))
}
