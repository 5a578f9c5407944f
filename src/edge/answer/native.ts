import { STRATA_TYPE } from '../../format/media-type.ts'
import { prefixEtag } from '../../format/version.ts'
import { HttpError } from '../errors.ts'
import { planLabel } from '../plan/label.ts'
import type { TruncatePlan } from '../plan/types.ts'
import { matchesNone, rangeStillValid } from '../request/conditions.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import { parseRange } from '../request/range.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageStore } from '../store/store.ts'
import { bodyKey, findBody, keepBody } from '../variants/body-cache.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { from } from './observe.ts'

interface NativeServices {
  readonly store: ImageStore
  readonly keepAlive: KeepAlive
}

/** Longest body in bytes that the Cache API keeps. A kept body is in memory as a whole; longer ones are streamed. */
const MAX_CACHED_BYTES = 1024 * 1024

/**
 * Answers with the bytes [0, plan.length) of the file, or the range of them that is asked for.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError RANGE_NOT_SATISFIABLE
 */
export async function respondNative(
  request: Request,
  image: LoadedImage,
  plan: TruncatePlan,
  services: NativeServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { hash } = image.state
  const etag = prefixEtag(hash, plan.layer)
  const headers = imageHeaders({ ...plan, label: planLabel(plan) }, etag, policy)
  headers.set('Accept-Ranges', 'bytes')
  if (matchesNone(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers })

  headers.set('Content-Type', STRATA_TYPE)
  const range = wantedRange(request, image, plan)
  if (range.kind === 'unsatisfiable') throw notSatisfiable(plan.length)
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: plan.length }
  if (range.kind === 'part') headers.set('Content-Range', `bytes ${start}-${end - 1}/${plan.length}`)
  headers.set('Content-Length', String(end - start))
  if (request.method === 'HEAD') return new Response(null, { headers })

  const body = await readBody(request.url, image, plan, services, { start, end })
  return body && from('file', new Response(body, { status: range.kind === 'part' ? 206 : 200, headers }))
}

/**
 * The bytes [start, end): from the Cache API where the whole body is short and was asked for before, else from the
 * bucket.
 */
async function readBody(
  url: string,
  image: LoadedImage,
  plan: TruncatePlan,
  { store, keepAlive }: NativeServices,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<ReadableStream | Uint8Array | undefined> {
  const { file, hash } = image.state
  const isWhole = start === 0 && end === plan.length
  const key =
    plan.length <= MAX_CACHED_BYTES
      ? bodyKey(url, 'native', { id: image.id, hash }, String(plan.layer))
      : undefined
  const cached = key === undefined ? undefined : await findBody(key)
  if (cached?.body) {
    return isWhole ? cached.body : new Uint8Array(await cached.arrayBuffer()).subarray(start, end)
  }
  const object = await store.readRange(file, start, end)
  if (key === undefined || !isWhole || object === undefined) return object?.body
  const bytes = await object.bytes()
  keepAlive(keepBody(key, bytes, STRATA_TYPE).catch(() => undefined))
  return bytes
}

/**
 * The range that is asked for. Range is defined for GET alone (RFC 9110 §14.2), and counts only while If-Range holds.
 */
function wantedRange(request: Request, { header, state }: LoadedImage, plan: TruncatePlan) {
  const whole = { kind: 'whole' } as const
  if (request.method !== 'GET') return whole
  const range = parseRange(request.headers.get('Range'), plan.length)
  const start = range.kind === 'part' ? range.start : plan.length
  const file = { hash: state.hash, layer: plan.layer, header }
  return rangeStillValid(request.headers.get('If-Range'), start, file) ? range : whole
}

function notSatisfiable(size: number): HttpError {
  const message = `Range: expected a range within 0 to ${size - 1}`
  return new HttpError('RANGE_NOT_SATISFIABLE', message, { 'Content-Range': `bytes */${size}` })
}
