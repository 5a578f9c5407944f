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
 * The format of a picture of this size: what the URL names, else what the client likes best of what is made here. A
 * JPEG is sent where nothing else fits, unless the client refuses it.
 * @throws StrataError PARAM_INVALID for a format that is not made at this size, NOT_ACCEPTABLE
 */
export function chooseFormat(
  { format }: Pick<ImageParams, 'format'>,
  accepted: Acceptance,
  size: Size,
  { formats }: FormatRules,
): ChosenFormat {
  const { width, height } = size
  const named = PICTURE_FORMATS.find((candidate) => candidate === format)
  if (named !== undefined) {
    if (fitsEncoder(named, width, height)) return { format: named, fallbacks: [] }
    throw invalidParam('f', `a picture of ${describeLimit(named)}`, `${width}x${height}`)
  }
  const offered = formats.includes('jpeg') ? formats : [...formats, 'jpeg' as const]
  const accepting = rankFormats(accepted, offered)
  const [best, ...fallbacks] = accepting.filter((candidate) => fitsEncoder(candidate, width, height))
  if (best !== undefined) return { format: best, fallbacks }
  if (accepting.includes('jpeg'))
    throw invalidParam('w', `a picture of ${describeLimit('jpeg')}`, `${width}x${height}`)
  throw new StrataError(
    'NOT_ACCEPTABLE',
    `Accept: expected ${offered.map((name) => `image/${name}`).join(', ')} or ${STRATA_TYPE} with q above 0`,
  )
}
