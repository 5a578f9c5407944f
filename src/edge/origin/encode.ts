import { readAtMost } from '../../core/body.ts'
import type { Point } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { MAX_FILE_BYTES } from '../../core/limits/table.ts'
import { point } from '../../core/parameters.ts'
import { FOCUS_HEADER, isPreview, PREVIEW_HEADER } from '../../format/preview.ts'
import { FRAMES_HEADER } from '../../format/rendered.ts'
import { type Origin, postToOrigin, type SentOriginal } from './origin.ts'

export interface EncodedPicture {
  /** A complete .strata file, not yet checked. */
  readonly bytes: Uint8Array
  /** Its placeholder as a data URI. */
  readonly placeholder: string | undefined
  /** Point that the eye goes to first. */
  readonly focus: Point | undefined
  /** How many frames the original has, where it is an animation. */
  readonly frames: number | undefined
}

/**
 * Sends a picture to `POST ORIGIN/encode`.
 * @param query how it is to be encoded
 * @throws as postToOrigin
 */
export async function encodeAtOrigin(
  origin: Origin,
  original: SentOriginal,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  return await postToOrigin(origin, 'encode', query, original, signal, async (response) => {
    const bytes = await readAtMost(response.body, MAX_FILE_BYTES)
    const { headers } = response
    if (bytes !== undefined) {
      const [placeholder, focus, frames] = [placeholderOf(headers), attentionOf(headers), framesOf(headers)]
      return { bytes, placeholder, focus, frames }
    }
    const expected = `a file of at most ${MAX_FILE_BYTES} bytes`
    throw new StrataError('ORIGIN_FAILED', `origin: expected ${expected}, got more`)
  })
}

/** The placeholder that the origin sent; it is shown in other people's pages, so only a small picture is taken. */
function placeholderOf(headers: Headers): string | undefined {
  const text = headers.get(PREVIEW_HEADER)
  return text !== null && isPreview(text) ? text : undefined
}

/** What is no point is taken for none: the centre will do. */
function attentionOf(headers: Headers): Point | undefined {
  const text = headers.get(FOCUS_HEADER)
  try {
    return text === null ? undefined : point(FOCUS_HEADER, text)
  } catch {
    return undefined
  }
}

function framesOf(headers: Headers): number | undefined {
  const text = headers.get(FRAMES_HEADER) ?? ''
  const frames = /^[0-9]{1,6}$/.test(text) ? Number(text) : 1
  return frames > 1 ? frames : undefined
}
