import type { AwsV4Signer } from 'aws4fetch'
import { readAtMost } from '../../../core/body.ts'
import { hasCode, StrataError } from '../../../core/errors.ts'
import type { SizedStream } from '../object-store.ts'
import type { ResolvedS3Options } from './options.ts'
import { type OutgoingStream, outgoingStream, Patience } from './patience.ts'

/** One request of the S3 API. */
export interface S3Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Without one the call is about the bucket. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | SizedStream
}

export interface S3Answer {
  readonly status: number
  readonly headers: Headers
  /** What the server calls its refusal, such as `NoSuchKey`; else empty. */
  readonly code: string
  /** Only of a GET that succeeded. */
  readonly body: ReadableStream<Uint8Array> | null
}

/** How often a read is repeated that was answered by nothing or by one of these. */
const REPEATS = 2
const TRANSIENT = [429, 500, 502, 503, 504]
/** Milliseconds before the first repetition; twice as many before the second. */
const PAUSE_MS = 100
const UPLOAD_PATIENCE = 6
const MAX_ERROR_BYTES = 64 * 1024

/** Signs and sends. A signature does not cover the body, so that it can be a stream: TLS protects it on the way. */
export class S3Client {
  readonly timeoutMs: number
  readonly #options: ResolvedS3Options
  /** Of the bucket, without a slash at the end. */
  readonly #url: string
  /** Keys derived from the secret, one for each day. */
  readonly #derived = new Map<string, ArrayBuffer>()

  constructor(options: ResolvedS3Options) {
    const { endpoint, bucket, timeoutMs } = options
    const server = endpoint.replace(/\/+$/, '')
    this.#url = server.includes('{bucket}') ? server.replace('{bucket}', bucket) : `${server}/${bucket}`
    this.#options = options
    this.timeoutMs = timeoutMs
  }

  /** Names the bucket among all. */
  get address(): string {
    return `${this.#url}/${this.#options.prefix}`
  }

  /**
   * Reads are repeated twice where the answer may be better then; everything else is sent once.
   * @returns the answer, whatever its status
   * @throws StrataError STORAGE_FAILED when none comes
   */
  async send(call: S3Call): Promise<S3Answer> {
    const isRead = call.method === 'GET' || call.method === 'HEAD'
    for (let repeated = isRead ? 0 : REPEATS; ; repeated++) {
      try {
        const answer = await this.#sendOnce(call)
        if (repeated === REPEATS || !TRANSIENT.includes(answer.status)) return answer
      } catch (error) {
        if (repeated === REPEATS || !isFailure(error)) throw error
      }
      await pause(repeated)
    }
  }

  async #sendOnce(call: S3Call): Promise<S3Answer> {
    const { method, body } = call
    const patience = new Patience(this.timeoutMs * (method === 'PUT' ? UPLOAD_PATIENCE : 1))
    const { url, headers } = await this.#sign(call)
    let stream: OutgoingStream | undefined
    try {
      patience.start()
      stream = isStream(body) ? outgoingStream(body, patience) : undefined
      for (const [name, value] of Object.entries(stream?.headers ?? {})) headers.set(name, value)
      const init = {
        method,
        headers,
        signal: patience.signal,
        redirect: 'manual',
        ...(body !== undefined && { body: stream?.body ?? (body as Uint8Array | string) }),
        // Node asks for it; workerd does not know it.
        ...(stream && { duplex: 'half' }),
      } satisfies RequestInit & { duplex?: string }
      return await answerOf(call, await fetch(url, init))
    } catch (cause) {
      const got = patience.signal.aborted ? 'none in time' : 'none'
      throw failure(call, 'an answer', got, { cause })
    } finally {
      stream?.end()
      patience.stop()
    }
  }

  async #sign({ method, key, query, headers }: S3Call): Promise<{ url: URL; headers: Headers }> {
    const { region, accessKeyId, secretAccessKey, prefix } = this.#options
    const url = new URL(key === undefined ? this.#url : `${this.#url}/${encodeKey(prefix + key)}`)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const Signer = await loadSigner()
    const signed = await new Signer({
      method,
      url: url.href,
      ...(headers && { headers }),
      ...{ service: 's3', region, accessKeyId, secretAccessKey, cache: this.#derived },
    }).sign()
    // After signing, because proxies change it. What is compressed on the way has no Content-Length.
    signed.headers.set('Accept-Encoding', 'identity')
    return { url, headers: signed.headers }
  }
}

async function answerOf({ method }: S3Call, { status, headers, body }: Response): Promise<S3Answer> {
  if (status < 300 && method === 'GET') return { status, headers, code: '', body }
  if (status >= 300) return { status, headers, code: await errorCode(body), body: null }
  await body?.cancel()
  return { status, headers, code: '', body: null }
}

/** What stands in `<Error><Code>`; empty where nothing there looks like a code. */
async function errorCode(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const bytes = await readAtMost(body, MAX_ERROR_BYTES)
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(new TextDecoder().decode(bytes))?.[1] ?? ''
}

/** The error for an answer that was not expected. */
export function refusal(call: S3Call, expected: string, { status, code, headers }: S3Answer): StrataError {
  const region = headers.get('x-amz-bucket-region')
  const hint = [301, 307, 400].includes(status) && region ? ` (the bucket is in region ${region})` : ''
  return failure(call, expected, [status, code].filter(Boolean).join(' ') + hint)
}

export function failure(
  { method, key }: S3Call,
  expected: string,
  got: string,
  options?: ErrorOptions,
): StrataError {
  const what = key === undefined ? method : `${method} ${key}`
  return new StrataError('STORAGE_FAILED', `S3 ${what}: expected ${expected}, got ${got}`, options)
}

export function pause(repeated: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** repeated))
}

function isStream(body: S3Call['body']): body is SizedStream {
  return typeof body === 'object' && 'stream' in body
}

function isFailure(error: unknown): boolean {
  return hasCode(error, 'STORAGE_FAILED')
}

/** RFC 3986 but for the slashes, as signatures want it. */
function encodeKey(key: string): string {
  const escaped = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return key
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, escaped))
    .join('/')
}

let signer: typeof AwsV4Signer | undefined

/** An optional peer is loaded only where it is used. @throws StrataError OPTION_INVALID where it is not installed */
async function loadSigner(): Promise<typeof AwsV4Signer> {
  try {
    signer ??= (await import('aws4fetch')).AwsV4Signer
    return signer
  } catch (cause) {
    const message = 's3Store: expected the package aws4fetch, got none; run npm install aws4fetch'
    throw new StrataError('OPTION_INVALID', message, { cause })
  }
}
