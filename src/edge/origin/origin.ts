/*
 * Room origin/: the plugin's side of the origin (src/origin): sends an original to it to be encoded or rendered, and says
 * what went wrong when nothing comes. It knows no id and no record; what it sends is read by ingest/ and variants/.
 */

import { readErrorBody } from '../../core/error-body.ts'
import { hasCode, StrataError, type StrataErrorCode } from '../../core/errors.ts'
import { ENCODE_SIGNATURE, signEncodeRequest } from '../../core/http/encode-signature.ts'
import type { Trace } from '../request/trace.ts'

/** Where pictures are encoded and rendered (src/origin). */
export interface Origin {
  /** Base address, such as `http://127.0.0.1:8788`. */
  readonly url: string
  /** Sent as `Authorization: Bearer`, where the origin requires a token. */
  readonly token?: string | undefined
  /** Signs the requests, where the origin requires signatures. */
  readonly key?: string | undefined
  /** Used in place of the global `fetch`: a binding, a tunnel, a test. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
}

/** An origin, asked on behalf of a request that may belong to a trace. */
interface TracedOrigin extends Origin {
  readonly trace?: Trace
}

/** Faults of the upload itself: another attempt cannot help. */
const PERMANENT: readonly StrataErrorCode[] = [
  'INPUT_CORRUPT',
  'INPUT_EMPTY',
  'INPUT_TOO_LARGE',
  'INPUT_UNSUPPORTED',
  'PARAM_INVALID',
]

/** Whether the picture itself is at fault, so that the upload has failed for good. */
export function isPermanent(error: unknown): boolean {
  return hasCode(error, ...PERMANENT)
}

/** Thrown while the origin has no free place. */
export class OriginBusy extends StrataError {
  /** Seconds. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('ORIGIN_BUSY', 'the origin has no free place')
    this.retryAfter = retryAfter
  }
}

/** Thrown when the origin cannot be reached, or went away before its answer was complete. */
export class OriginDown extends StrataError {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ORIGIN_FAILED', message, options)
  }
}

/** A proxy's answers for an origin that is not there (RFC 9110 §15.6); 503 is the origin's own "busy". */
const GATEWAY_STATUS = [502, 504]
/** Longest Retry-After that is obeyed. */
const MAX_BUSY_S = 300

/** An original, as it is sent. */
export interface SentOriginal {
  /** Undefined: the origin should have it. */
  readonly body?: ReadableStream | undefined
  readonly contentType?: string | undefined
  /** Hexadecimal. */
  readonly sha256: string
  /** Names the request in the origin's log. */
  readonly requestId: string
  /** Called when the request is on its way. */
  readonly onSent?: (() => void) | undefined
}

/**
 * Posts an original to a route of the origin, and reads its answer.
 * @throws OriginBusy, OriginDown; StrataError INPUT_*, PARAM_INVALID as the origin says; ORIGIN_FAILED for everything
 * else; whatever `read` throws
 */
export async function postToOrigin<T>(
  origin: TracedOrigin,
  route: 'encode' | 'render',
  query: Readonly<Record<string, string>>,
  original: SentOriginal,
  signal: AbortSignal,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const url = new URL(`${origin.url.replace(/\/+$/, '')}/${route}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const request = new Request(url, {
    method: 'POST',
    // Node wants to be told that the body is still coming while the answer begins; workerd takes it for granted.
    ...(original.body && { body: original.body, duplex: 'half' }),
    headers: {
      ...(original.contentType && { 'Content-Type': original.contentType }),
      'X-Request-Id': original.requestId,
      [ENCODE_SIGNATURE.content]: original.sha256,
      ...origin.trace?.next(),
      ...(origin.token && { Authorization: `Bearer ${origin.token}` }),
      ...(origin.key && (await signature(origin.key, url.search, original.sha256))),
    },
    signal,
  })
  const send = origin.fetch ?? ((outgoing: Request) => fetch(outgoing))
  try {
    const answer = send(request)
    original.onSent?.()
    const response = await answer
    if (!response.ok) throw await refusal(response)
    return await read(response)
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new OriginDown('the origin did not answer', { cause: error })
  }
}

async function signature(
  key: string,
  search: string,
  contentSha256: string,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return {
    [ENCODE_SIGNATURE.timestamp]: timestamp,
    [ENCODE_SIGNATURE.signature]: await signEncodeRequest(key, { timestamp, search, contentSha256 }),
  }
}

async function refusal(response: Response): Promise<StrataError> {
  const { code, message } = await readErrorBody(response)
  if (response.status === 503 || response.status === 429) {
    const seconds = Number(response.headers.get('Retry-After')) || 1
    return new OriginBusy(Math.min(MAX_BUSY_S, Math.abs(seconds)))
  }
  const permanent = PERMANENT.find((candidate) => candidate === code)
  if (permanent !== undefined) return new StrataError(permanent, message ?? 'the origin refused the picture')
  const detail = [response.status, code, message].filter((part) => part !== undefined).join(' ')
  const reason = `the origin answered ${detail}`
  return GATEWAY_STATUS.includes(response.status)
    ? new OriginDown(reason)
    : new StrataError('ORIGIN_FAILED', reason)
}
