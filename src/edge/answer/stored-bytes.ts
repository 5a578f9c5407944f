import { HttpError } from '../errors.ts'
import { matchesNone } from '../request/conditions.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import { parseRange } from '../request/range.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageStore } from '../store/store.ts'
import { bodyKey, findBody, keepBody } from '../variants/body-cache.ts'
import { from } from './observe.ts'

export interface ByteServices {
  readonly store: ImageStore
  readonly keepAlive: KeepAlive
}

/** Bytes of a stored file that are sent as they are. */
interface StoredBytes {
  readonly image: LoadedImage
  /** The body is the bytes [start, end) of the file. */
  readonly start: number
  readonly end: number
  readonly type: string
  /** Names the body among those of the file, in the Cache API. */
  readonly form: string
  readonly etag: string
  /** Whether `If-Range` holds for a part of the body that begins at this byte of it. */
  readonly isStillValid: (ifRange: string | null, from: number) => boolean
  /**
   * Looks at the body before any of it is sent: at all of it where it is read as a whole, else at its beginning.
   * @throws StrataError FORMAT_*
   */
  readonly check?: (bytes: Uint8Array, isWhole: boolean) => void
}

/** Longest body in bytes that the Cache API keeps. A kept body is in memory as a whole; longer ones are streamed. */
const MAX_CACHED_BYTES = 1024 * 1024
/** Bytes of the beginning that are looked at. */
const FRONT_BYTES = 512

/**
 * Answers with bytes of a stored file, or the range of them that is asked for.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError RANGE_NOT_SATISFIABLE; whatever `check` throws
 */
export async function respondStored(
  request: Request,
  headers: Headers,
  bytes: StoredBytes,
  services: ByteServices,
): Promise<Response | undefined> {
  const { etag, type } = bytes
  const length = bytes.end - bytes.start
  headers.set('Accept-Ranges', 'bytes')
  if (matchesNone(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers })

  headers.set('Content-Type', type)
  const range = wantedRange(request, length, bytes)
  if (range.kind === 'unsatisfiable') throw notSatisfiable(length)
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: length }
  if (range.kind === 'part') headers.set('Content-Range', `bytes ${start}-${end - 1}/${length}`)
  headers.set('Content-Length', String(end - start))
  if (request.method === 'HEAD') return new Response(null, { headers })

  const body = await readBody(request.url, bytes, services, { start, end })
  return body && from('file', new Response(body, { status: range.kind === 'part' ? 206 : 200, headers }))
}

/**
 * The bytes [start, end) of the body: from the Cache API where the whole body is short and was asked for before, else from
 * the bucket.
 */
async function readBody(
  url: string,
  bytes: StoredBytes,
  { store, keepAlive }: ByteServices,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<ReadableStream | Uint8Array | undefined> {
  const { image, type, check } = bytes
  const { file, hash } = image.state
  const length = bytes.end - bytes.start
  const isWhole = start === 0 && end === length
  const key =
    length <= MAX_CACHED_BYTES ? bodyKey(url, 'native', { id: image.id, hash }, bytes.form) : undefined
  const cached = key === undefined ? undefined : await findBody(key)
  if (cached?.body) {
    return isWhole ? cached.body : new Uint8Array(await cached.arrayBuffer()).subarray(start, end)
  }
  if (check !== undefined && key === undefined) {
    const front = await store.readRange(file, bytes.start, Math.min(bytes.end, bytes.start + FRONT_BYTES))
    if (front === undefined) return undefined
    check(await front.bytes(), false)
  }
  const readsAll = key !== undefined && (isWhole || check !== undefined)
  const part = readsAll ? { start: 0, end: length } : { start, end }
  const object = await store.readRange(file, bytes.start + part.start, bytes.start + part.end)
  if (!readsAll || object === undefined) return object?.body
  const whole = await object.bytes()
  check?.(whole, true)
  keepAlive(keepBody(key, whole, type).catch(() => undefined))
  return isWhole ? whole : whole.subarray(start, end)
}

/**
 * The range that is asked for. Range is defined for GET alone (RFC 9110 §14.2), and counts only while If-Range holds.
 */
function wantedRange(request: Request, length: number, { isStillValid }: StoredBytes) {
  const whole = { kind: 'whole' } as const
  if (request.method !== 'GET') return whole
  const range = parseRange(request.headers.get('Range'), length)
  const start = range.kind === 'part' ? range.start : length
  return isStillValid(request.headers.get('If-Range'), start) ? range : whole
}

function notSatisfiable(size: number): HttpError {
  const message = `Range: expected a range within 0 to ${size - 1}`
  return new HttpError('RANGE_NOT_SATISFIABLE', message, { 'Content-Range': `bytes */${size}` })
}
