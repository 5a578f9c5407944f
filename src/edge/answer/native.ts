import { StrataError } from '../../core/errors.ts'
import type { StrataHeader } from '../../format/types.ts'
import { matchesNone, nativeEtag, rangeStillValid } from '../plan/etag.ts'
import type { TruncatePlan } from '../plan/plan.ts'
import { NATIVE_TYPE } from '../request/accept.ts'
import { parseRange } from '../request/range.ts'
import type { ReadyState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { bodyKey, findBody, keepBody } from '../variants/body-cache.ts'
import type { KeepAlive } from '../variants/single-flight.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'

/** A ready image: its record and the header of the file that the record names. */
export interface LoadedImage {
  readonly id: string
  readonly state: ReadyState
  readonly header: StrataHeader
}

export interface NativeServices {
  readonly store: ImageStore
  readonly keepAlive: KeepAlive
}

/** What is kept is in memory as a whole for a moment; longer files are streams from end to end. */
const MAX_CACHED_BYTES = 1024 * 1024

/**
 * Answers with the bytes [0, plan.length) of the file, or the range of them that is asked for.
 * @returns undefined when the file has gone, because the image was replaced or deleted meanwhile
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
  const etag = nativeEtag(hash, plan.layer)
  const headers = imageHeaders(plan, etag, policy)
  headers.set('Accept-Ranges', 'bytes')
  if (matchesNone(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers })

  headers.set('Content-Type', NATIVE_TYPE)
  const range = wantedRange(request, image, plan)
  if (range.kind === 'unsatisfiable') throw new RangeError416(plan.length)
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: plan.length }
  if (range.kind === 'part') headers.set('Content-Range', `bytes ${start}-${end - 1}/${plan.length}`)
  headers.set('Content-Length', String(end - start))
  if (request.method === 'HEAD') return new Response(null, { headers })

  const body = await readBody(request.url, image, plan, services, { start, end })
  return body && new Response(body, { status: range.kind === 'part' ? 206 : 200, headers })
}

/** The bytes [start, end): short files come from the Cache API once somebody asked for all of them, others from the bucket. */
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
  const bytes = new Uint8Array(await object.arrayBuffer())
  keepAlive(keepBody(key, bytes, NATIVE_TYPE).catch(() => undefined))
  return bytes
}

/** Range is defined for GET alone (RFC 9110 §14.2), and counts only while If-Range holds. */
function wantedRange(request: Request, { header, state }: LoadedImage, plan: TruncatePlan) {
  const whole = { kind: 'whole' } as const
  if (request.method !== 'GET') return whole
  const range = parseRange(request.headers.get('Range'), plan.length)
  const start = range.kind === 'part' ? range.start : plan.length
  const file = { hash: state.hash, layer: plan.layer, header }
  return rangeStillValid(request.headers.get('If-Range'), start, file) ? range : whole
}

/** The only error whose answer needs a number beside its message: `Content-Range` with the size of the body. */
export class RangeError416 extends StrataError {
  readonly size: number

  constructor(size: number) {
    super('RANGE_NOT_SATISFIABLE', `Range: expected a range within 0 to ${size - 1}`)
    this.size = size
  }
}
