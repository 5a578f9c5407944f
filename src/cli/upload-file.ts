import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ERRORS, StrataError, type StrataErrorCode } from '../core/errors.ts'
import { usage } from './command.ts'

/** Before the tries after the first to store an upload. */
const STORE_PAUSES_MS = [1000, 3000, 10_000]

export interface UploadTarget {
  /** The mount point of the plugin, such as `http://127.0.0.1:8787/cdn`, without a slash at the end. */
  readonly base: string
  readonly token?: string | undefined
  /** Milliseconds between two looks at an image that is not ready, and before another try. @default 1000 */
  readonly pauseMs?: number
  /** Milliseconds after which waiting is given up. */
  readonly timeoutMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal
}

export interface Upload {
  readonly id: string
  readonly bytes: Uint8Array
  /** Encoding wishes (`widths`, `quality`, `bg`); undefined ones are left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

/** What of `/img/:id.json` is looked at here. */
export interface Info {
  readonly state?: string
  /** Of an image that is not ready: how often its encoding was begun. */
  readonly attempt?: number
  /** Why the attempt before failed. */
  readonly error?: { readonly code: string; readonly message: string }
  readonly modelSet?: string
  readonly bytes?: number
  /** Of the whole file: `"HASH.LAYER"`. */
  readonly etag?: string
  readonly source?: { readonly width: number; readonly height: number; readonly sha256: string }
}

/** Where the plugin is mounted, without a slash at the end. @throws StrataError USAGE */
export function parseBase(text: string, option = '--to'): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw usage(`${option}: expected an address such as http://host/cdn, got ${JSON.stringify(text)}`)
}

export function imageUrl({ base }: UploadTarget, id: string): string {
  return `${base}/img/${encodeURIComponent(id)}`
}

/**
 * `PUT /img/:id`. An edge that cannot store it just now is asked again a few times: the same upload twice does no harm.
 * @returns the state of the image
 * @throws StrataError as the edge answered; ORIGIN_FAILED when it did not
 */
export async function putImage(upload: Upload, target: UploadTarget): Promise<string> {
  const url = new URL(imageUrl(target, upload.id))
  for (const [name, value] of Object.entries(upload.parameters ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const headers = { 'Content-Type': 'application/octet-stream', ...authorization(target) }
  const body = upload.bytes as Uint8Array<ArrayBuffer>
  for (let failures = 0; ; ) {
    try {
      const response = await send(url, { method: 'PUT', headers, body, signal: target.signal })
      return ((await response.json()) as { state?: string }).state ?? 'queued'
    } catch (error) {
      const storing = error instanceof StrataError && error.code === 'STORAGE_FAILED'
      const pause = STORE_PAUSES_MS[failures++]
      if (!storing || pause === undefined) throw error
      await sleep(target.pauseMs ?? pause, undefined, { signal: target.signal })
    }
  }
}

/** `POST /img/:id/encode`: has an image encoded again from its kept original. Throws what the edge answers. */
export async function reencodeImage(id: string, target: UploadTarget): Promise<void> {
  const url = new URL(`${imageUrl(target, id)}/encode`)
  const response = await send(url, { method: 'POST', headers: authorization(target), signal: target.signal })
  await response.arrayBuffer()
}

/** `DELETE /img/:id`. Throws what the edge answers. */
export async function deleteImage(id: string, target: UploadTarget): Promise<void> {
  await send(new URL(imageUrl(target, id)), { method: 'DELETE', headers: authorization(target) })
}

/** @throws StrataError NOT_FOUND when the edge has no image with this id, not even a failed one */
export async function requireImage(id: string, target: UploadTarget): Promise<void> {
  try {
    await readInfo(id, target)
  } catch (error) {
    // The answer for a failed image has the status and the code of its failure.
    if (error instanceof StrataError && error.code === 'NOT_FOUND') {
      throw new StrataError('NOT_FOUND', `no image with id ${id}`)
    }
  }
}

/** An image as the list names it. */
export interface ListedImage {
  readonly id: string
  readonly state: string
  /** When its original was stored, as ISO 8601. */
  readonly uploaded?: string
  /** Of a ready image. */
  readonly modelSet?: string
  /** Of a failed image: why. */
  readonly code?: string
}

/** `GET /img`, page by page. Throws what the edge answers. */
export async function* listImages(target: UploadTarget): AsyncGenerator<ListedImage> {
  let after: string | undefined
  do {
    const url = new URL(`${target.base}/img`)
    if (after !== undefined) url.searchParams.set('after', after)
    const response = await send(url, { headers: authorization(target), signal: target.signal })
    const page = (await response.json()) as { images: ListedImage[]; next?: string }
    yield* page.images
    after = page.next
  } while (after !== undefined)
}

/**
 * Asks for `/img/:id.json` until it describes these bytes: an older image under the same id may still be served.
 * @throws StrataError of the failed encoding; ORIGIN_FAILED after the timeout
 */
export async function waitUntilReady(upload: Upload, target: UploadTarget): Promise<Info> {
  const sha256 = createHash('sha256').update(upload.bytes).digest('hex').slice(0, 32)
  return await waitFor(upload.id, target, ({ source }) => source?.sha256 === sha256)
}

/**
 * Asks for `/img/:id.json` until the image is ready and `isIt`, with the upload token, which an edge that answers signed
 * URLs only takes in place of a signature. Throws as `waitUntilReady`.
 */
export async function waitFor(
  id: string,
  target: UploadTarget,
  isIt: (info: Info) => boolean,
): Promise<Info> {
  const deadline = Date.now() + target.timeoutMs
  for (;;) {
    const info = await readInfo(id, target)
    if (info.state === 'ready' && isIt(info)) return info
    if (Date.now() > deadline) throw notReady(id, info, target.timeoutMs / 1000)
    await sleep(target.pauseMs ?? 1000, undefined, { signal: target.signal })
  }
}

async function readInfo(id: string, target: UploadTarget): Promise<Info> {
  const url = new URL(`${imageUrl(target, id)}.json`)
  const response = await send(url, { headers: authorization(target), signal: target.signal })
  return (await response.json()) as Info
}

function notReady(id: string, { state, attempt, error }: Info, seconds: number): StrataError {
  const old = 'the picture that it had before is still served'
  const parts = [
    `${id} is not ready after ${seconds} s: ${state === 'ready' ? old : state}`,
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(error === undefined ? [] : [`the attempt before failed with ${error.code}: ${error.message}`]),
  ]
  return new StrataError('ORIGIN_FAILED', parts.join(', '))
}

function authorization({ token }: UploadTarget): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause) => {
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new StrataError('ORIGIN_FAILED', `${url.origin} does not answer: ${reason}`, { cause })
  })
  if (response.ok) return response
  throw readError(response.status, await response.text(), url)
}

function readError(status: number, body: string, url: URL): StrataError {
  try {
    const { error } = JSON.parse(body) as { error: { code: string; message: string } }
    if (error.code in ERRORS) return new StrataError(error.code as StrataErrorCode, error.message)
  } catch {
    // not one of our answers
  }
  const answer = `${url.origin}${url.pathname} answered ${status}, not as a Strata edge does`
  const hint = `expected the address where the plugin is mounted, such as ${url.origin}/cdn`
  return new StrataError('ORIGIN_FAILED', `${answer}; ${hint}`)
}
