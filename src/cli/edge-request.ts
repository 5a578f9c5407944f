import { ERRORS, StrataError, type StrataErrorCode } from '../core/errors.ts'
import { usage } from './command.ts'

export interface UploadTarget {
  /** The mount point of the plugin, such as `http://127.0.0.1:8787/cdn`, without a slash at the end. */
  readonly base: string
  readonly token?: string | undefined
  /** Milliseconds between two looks at an image that is not ready, and before another try. @default longer each time */
  readonly pauseMs?: number
  /** Milliseconds after which waiting is given up. */
  readonly timeoutMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal
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

/** `GET /img/:id.json`. Throws what the edge answers, for a failed image the error of its encoding. */
export async function readInfo(id: string, target: UploadTarget): Promise<Info> {
  const url = new URL(`${imageUrl(target, id)}.json`)
  const response = await send(url, { headers: authorization(target), signal: target.signal ?? null })
  return (await response.json()) as Info
}

/** The header that says who may upload. */
export function authorization({ token }: UploadTarget): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

/** @throws StrataError as the edge answered; ORIGIN_FAILED when it did not, or somebody else did */
export async function send(url: URL, init: RequestInit): Promise<Response> {
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
