import { invalidParam, StrataError } from '../core/errors.ts'
import { checkQuality, DEFAULT_QUALITY, parseWidths } from '../format/ladder.ts'
import { MAX_DIMENSION } from '../format/layout.ts'
import { LEASE_MS } from './ingest.ts'
import { single } from './params.ts'
import type { PendingState, UploadParams } from './state.ts'
import { type ImageStore, objectsOf } from './store.ts'

/**
 * Checks `widths`, `quality` and `bg` as far as that goes without the picture, so that a typing error is answered
 * now and not by a failed upload later. An empty value means the default.
 * @throws StrataError PARAM_INVALID
 */
export function parseUploadParams(query: URLSearchParams): UploadParams {
  const widths = single(query, 'widths') || undefined
  const quality = single(query, 'quality') || undefined
  const bg = single(query, 'bg') || undefined
  if (quality !== undefined) checkQuality(/^[0-9]{1,3}$/.test(quality) ? Number(quality) : Number.NaN)
  if (widths !== undefined)
    parseWidths(widths, MAX_DIMENSION, quality === undefined ? DEFAULT_QUALITY : Number(quality))
  if (bg !== undefined && !/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(bg)) {
    throw invalidParam('bg', 'a colour as rrggbb or rgb in hexadecimal', bg)
  }
  return { ...(widths && { widths }), ...(quality && { quality }), ...(bg && { bg }) }
}

/**
 * The size an upload declares. It is asked for because R2 needs it, and because it refuses an upload that is too
 * large before its first byte.
 * @throws StrataError LENGTH_REQUIRED, INPUT_EMPTY, INPUT_TOO_LARGE
 */
export function declaredLength(header: string | null, limit: number): number {
  if (header === null || !/^[0-9]{1,15}$/.test(header)) {
    throw new StrataError('LENGTH_REQUIRED', 'Content-Length: expected the size of the picture in bytes')
  }
  const length = Number(header)
  if (length === 0) throw new StrataError('INPUT_EMPTY', 'expected the bytes of a picture, got 0 bytes')
  if (length > limit) {
    throw new StrataError('INPUT_TOO_LARGE', `expected at most ${limit} bytes, got ${length}`)
  }
  return length
}

/**
 * Stores an upload and makes it the one that counts. The original is complete before the record names it, so a
 * connection that breaks leaves what was there before.
 * @returns the record to encode from, and the cleaning up of what it replaced
 */
export async function acceptUpload(
  id: string,
  upload: { readonly body: ReadableStream; readonly length: number; readonly contentType: string },
  params: UploadParams,
  store: ImageStore,
): Promise<{ readonly pending: PendingState; readonly cleanUp: () => Promise<void> }> {
  const token = crypto.randomUUID()
  const { readable, writable } = new FixedLengthStream(upload.length)
  const [original] = await Promise.all([
    store.putOriginal(id, token, readable, upload.contentType),
    upload.body.pipeTo(writable),
  ]).catch((cause: unknown) => {
    throw new StrataError('ABORTED', `the upload ended before its ${upload.length} bytes`, { cause })
  })
  const previous = await store.readState(id)
  const now = Date.now()
  const uploaded = new Date(now).toISOString()
  const pending: PendingState = {
    status: 'pending',
    token,
    uploaded,
    original,
    params,
    attempt: 1,
    leaseUntil: now + LEASE_MS,
  }
  await store.writeState(id, pending)
  const replaced = previous === undefined ? [] : objectsOf(previous.state)
  return { pending, cleanUp: () => store.remove(replaced) }
}
