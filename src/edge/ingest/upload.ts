import { hex } from '../../core/bytes.ts'
import { invalidParam, StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { parseWidths, searchedLayers } from '../../format/ladder.ts'
import { MAX_DIMENSION } from '../../format/layout.ts'
import { parseQuality } from '../../format/quality.ts'
import { single } from '../request/params.ts'
import type { ImageState, OpenState, UploadParams } from '../store/state.ts'
import { type ImageStore, objectsOf } from '../store/store.ts'
import { LEASE_MS } from './encode-job.ts'

/**
 * Checks `widths`, `quality` and `bg` as far as that goes without the picture, so that a typing error is answered
 * now and not by a failed upload later. An empty value means the default.
 * @throws StrataError PARAM_INVALID
 */
export function parseUploadParams(query: URLSearchParams): UploadParams {
  const widths = single(query, 'widths') || undefined
  const quality = single(query, 'quality') || undefined
  const bg = single(query, 'bg') || undefined
  const choice = quality === undefined ? undefined : parseQuality(quality)
  if (widths !== undefined) {
    const rungs = parseWidths(widths, MAX_DIMENSION, typeof choice === 'number' ? choice : undefined)
    if (typeof choice === 'object')
      searchedLayers(
        rungs.map(({ width }) => width),
        widths,
      )
  }
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
  return checkLength(Number(header), limit)
}

/** @throws StrataError INPUT_EMPTY, INPUT_TOO_LARGE */
export function checkLength(length: number, limit: number): number {
  if (length === 0) throw new StrataError('INPUT_EMPTY', 'expected the bytes of a picture, got 0 bytes')
  if (length > limit) {
    throw new StrataError('INPUT_TOO_LARGE', `expected at most ${limit} bytes, got ${length}`)
  }
  return length
}

export interface Upload {
  readonly body: ReadableStream<Uint8Array>
  /** Bytes, as declared. */
  readonly length: number
  readonly contentType: string
  /** What it is called when the body is not as long as declared. @default 'ABORTED' */
  readonly cutOff?: StrataErrorCode
}

export interface Accepted {
  /** The record that counts now. */
  readonly state: ImageState
  /** False when the very same upload was there already: nothing is encoded again. */
  readonly isNew: boolean
  /** Removes what nobody needs any more. */
  readonly cleanUp: () => Promise<void>
}

/**
 * Stores an upload and makes it the one that counts, unless the same bytes with the same parameters are that already.
 * The original is complete before the record names it, so a connection that breaks leaves what was there before.
 * @throws StrataError ABORTED (or what `upload.cutOff` says), STORAGE_FAILED
 */
export async function acceptUpload(
  id: string,
  upload: Upload,
  params: UploadParams,
  store: ImageStore,
): Promise<Accepted> {
  const token = crypto.randomUUID()
  const { original, sha256 } = await storeOriginal(id, token, upload, store)
  for (;;) {
    const previous = await store.readState(id)
    if (previous !== undefined && isSame(previous.state, sha256, params)) {
      return { state: previous.state, isNew: false, cleanUp: () => store.remove([original]) }
    }
    const state = queuedState({ token, sha256, params, original })
    if ((await store.writeState(id, state, previous?.etag)) === undefined) continue
    const replaced = previous === undefined ? [] : objectsOf(previous.state)
    return { state, isNew: true, cleanUp: () => store.remove(replaced) }
  }
}

/** The record of an upload whose encoding has not begun. */
export function queuedState(
  upload: Pick<OpenState, 'token' | 'sha256' | 'params' | 'original'>,
  now = Date.now(),
): OpenState {
  const uploaded = new Date(now).toISOString()
  return { status: 'queued', ...upload, uploaded, attempt: 0, leaseUntil: now + LEASE_MS }
}

/** Streams the original into the bucket and hashes it on the way; it is never in memory as a whole. */
async function storeOriginal(
  id: string,
  token: string,
  upload: Upload,
  store: ImageStore,
): Promise<{ readonly original: string; readonly sha256: string }> {
  const digest = new crypto.DigestStream('SHA-256')
  const { readable, writable } = new FixedLengthStream(upload.length)
  digest.digest.catch(() => undefined) // a failure comes out of the writes
  const storing = store.putOriginal(id, token, readable, upload.contentType)
  // A bucket that refuses need not read on, and what nobody reads can be waited for endlessly.
  const refused = storing.then(() => new Promise<never>(() => {}))
  refused.catch(() => undefined) // comes out of `storing` as well
  const [sent, put] = await Promise.allSettled([pump(upload, digest, writable, refused), storing])
  if (sent.status === 'rejected' && sent.reason instanceof StrataError) throw sent.reason
  if (put.status === 'rejected') throw put.reason
  if (sent.status === 'rejected') throw new StrataError('STORAGE_FAILED', 'the upload could not be stored')
  return { original: put.value, sha256: hex(new Uint8Array(await digest.digest)) }
}

/** @throws StrataError ABORTED when the body is not what was declared; what `writable` throws, and `refused` */
async function pump(
  { body, length, cutOff }: Upload,
  digest: WritableStream,
  writable: WritableStream<Uint8Array>,
  refused: Promise<never>,
): Promise<void> {
  function ended(received: number, cause?: unknown): StrataError {
    const came = received > length ? 'more came' : `it ended after ${received}`
    const message = `body: expected ${length} bytes as declared, ${came}`
    return new StrataError(cutOff ?? 'ABORTED', message, { cause })
  }
  const reader = body.getReader()
  const [hashed, stored] = [digest.getWriter(), writable.getWriter()]
  // Nobody looks at these two; a failure comes out of the writes as well.
  for (const writer of [hashed, stored]) writer.closed.catch(() => undefined)
  try {
    let received = 0
    for (;;) {
      const step = await reader.read().catch((cause) => Promise.reject(ended(received, cause)))
      if (step.done) break
      received += step.value.length
      if (received > length) throw ended(received)
      await Promise.race([Promise.all([hashed.write(step.value), stored.write(step.value)]), refused])
    }
    if (received < length) throw ended(received)
    await Promise.all([hashed.close(), stored.close()])
  } catch (error) {
    await Promise.allSettled([reader.cancel(error), hashed.abort(error), stored.abort(error)])
    throw error
  }
}

/** A failed upload is never the same: whoever sends it again wants another try. */
function isSame(state: ImageState, sha256: string, params: UploadParams): boolean {
  if (state.status === 'failed' || state.sha256 !== sha256) return false
  return (['widths', 'quality', 'bg'] as const).every((name) => state.params[name] === params[name])
}
