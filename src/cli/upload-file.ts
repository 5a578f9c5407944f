import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ERRORS, StrataError, type StrataErrorCode } from '../core/errors.ts'

export interface UploadTarget {
  /** The mount point of the plugin, such as `http://127.0.0.1:8787/cdn`, without a slash at the end. */
  readonly base: string
  readonly token?: string | undefined
  /** Milliseconds between two looks at an image that is not ready. @default 1000 */
  readonly pollMs?: number
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
interface Info {
  readonly state?: string
  readonly modelSet?: string
  readonly bytes?: number
  readonly source?: { readonly width: number; readonly height: number; readonly sha256: string }
}

/** An id made of a file's name: what an id may not hold becomes a dash. */
export function idOf(path: string): string {
  const name = basename(path, extname(path)).replace(/[^\w-]+/g, '-')
  return name.slice(0, 128) || 'image'
}

export function imageUrl({ base }: UploadTarget, id: string): string {
  return `${base}/img/${encodeURIComponent(id)}`
}

/** `PUT /img/:id`. Throws the error the edge answered with, or ORIGIN_FAILED when it did not answer. */
export async function putImage(upload: Upload, target: UploadTarget): Promise<void> {
  const url = new URL(imageUrl(target, upload.id))
  for (const [name, value] of Object.entries(upload.parameters ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' }
  if (target.token) headers.Authorization = `Bearer ${target.token}`
  const body = upload.bytes as Uint8Array<ArrayBuffer>
  const response = await send(url, { method: 'PUT', headers, body, signal: target.signal })
  await response.arrayBuffer()
}

/**
 * Asks for `/img/:id.json` until it describes these bytes: an older image under the same id may still be served.
 * @throws StrataError of the failed encoding; ORIGIN_FAILED after the timeout
 */
export async function waitUntilReady(upload: Upload, target: UploadTarget): Promise<Info> {
  const sha256 = createHash('sha256').update(upload.bytes).digest('hex').slice(0, 32)
  const deadline = Date.now() + target.timeoutMs
  for (;;) {
    const response = await send(new URL(`${imageUrl(target, upload.id)}.json`), { signal: target.signal })
    const info = (await response.json()) as Info
    if (response.status === 200 && info.state === 'ready' && info.source?.sha256 === sha256) return info
    if (Date.now() > deadline) {
      throw new StrataError('ORIGIN_FAILED', `${upload.id} is not ready after ${target.timeoutMs / 1000} s`)
    }
    await sleep(target.pollMs ?? 1000, undefined, { signal: target.signal })
  }
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
  return new StrataError(
    'ORIGIN_FAILED',
    `${url.origin}${url.pathname} answered ${status}, not as a Strata edge does`,
  )
}
