import { readAtMost } from '../../core/body.ts'
import type { Fit, Focus, Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { BACKGROUND_RENDER_MS, MAX_PICTURE_BYTES, RENDER_MS } from '../../core/limits/table.ts'
import { focusText } from '../../core/parameters.ts'
import type { RenderFormat } from '../../format/media-type.ts'
import { RENDERED_SIZE } from '../../format/rendered.ts'
import { type Origin, postToOrigin, type SentOriginal } from './origin.ts'
import { isFileOf } from './sniff.ts'

/** A picture that the origin makes of an original. Sizes in pixels of the screen; they may be fractions. */
export interface RenderRequest {
  /** Undefined: the original's. */
  readonly width: number | undefined
  /** Undefined: by the original's proportions. */
  readonly height: number | undefined
  readonly fit: Fit
  readonly focus?: Focus | undefined
  /** Colour `rrggbb` under transparency, and of the bars around a contained picture. */
  readonly background?: string | undefined
  /** GIF only with `frames`. */
  readonly format: RenderFormat
  /** On JPEG's scale, 1 to 100. */
  readonly quality: number
  /** All frames of an animation. @default the first */
  readonly frames?: 'all' | undefined
  /** Whether a lossless WebP may come in the place of an AVIF or lossy WebP, where it is smaller. @default false */
  readonly lossless?: true | undefined
}

export interface RenderedPicture extends Size {
  readonly bytes: Uint8Array
  /** What was asked for, or WebP. */
  readonly format: RenderFormat
}

/** How long a picture may take. */
export interface Patience {
  /** Whether a page waits for it; else the origin takes the time for the smallest file. @default true */
  readonly isAwaited?: boolean
  /** @default 30 s where a page waits, else 2 minutes */
  readonly milliseconds?: number | undefined
}

/**
 * Has a picture made by `POST ORIGIN/render`.
 * @throws as postToOrigin; ORIGIN_FAILED when the answer is no whole picture of a wanted format
 */
export async function renderAtOrigin(
  origin: Origin,
  original: SentOriginal,
  request: RenderRequest,
  { isAwaited = true, milliseconds = isAwaited ? RENDER_MS : BACKGROUND_RENDER_MS }: Patience,
): Promise<RenderedPicture> {
  const signal = AbortSignal.timeout(milliseconds)
  const query = { ...queryOf(request), wait: isAwaited ? '1' : '0' }
  return await postToOrigin(origin, 'render', query, original, signal, async (response) => {
    const bytes = await readAtMost(response.body, MAX_PICTURE_BYTES)
    if (bytes === undefined) throw unusable(`at most ${MAX_PICTURE_BYTES} bytes`, 'more')
    const declared = response.headers.get('Content-Length')
    if (declared !== null && Number(declared) !== bytes.length)
      throw unusable(`${declared} bytes as declared`, String(bytes.length))
    const formats: readonly RenderFormat[] = request.lossless ? [request.format, 'webp'] : [request.format]
    const format = formats.find((candidate) => isFileOf(candidate, bytes))
    if (format === undefined) throw unusable(`a whole ${formats.join(' or ')} file`, 'something else')
    return { bytes, format, ...sizeOf(response.headers) }
  })
}

function queryOf(request: RenderRequest): Record<string, string> {
  const { width, height, fit, focus, background, format, quality, frames, lossless } = request
  return {
    ...(width !== undefined && { w: String(width) }),
    ...(height !== undefined && { h: String(height) }),
    fit,
    ...(focus && { focus: focusText(focus) }),
    ...(background !== undefined && { bg: background }),
    f: format,
    q: String(quality),
    ...(frames && { frames }),
    ...(lossless && { lossless: '1' }),
  }
}

/** @throws StrataError ORIGIN_FAILED */
function sizeOf(headers: Headers): Size {
  const text = headers.get(RENDERED_SIZE)
  const [, width, height] = /^([0-9]{1,5})x([0-9]{1,5})$/.exec(text ?? '') ?? []
  if (width === undefined) throw unusable(`${RENDERED_SIZE} such as 640x427`, String(text))
  return { width: Number(width), height: Number(height) }
}

function unusable(expected: string, actual: string): StrataError {
  return new StrataError('ORIGIN_FAILED', `origin: expected ${expected}, got ${actual}`)
}
