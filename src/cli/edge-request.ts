import { imagePath } from '../client/address/paths.ts'
import { readErrorBody } from '../core/error-body.ts'
import { isErrorCode, StrataError } from '../core/errors.ts'
import { usage } from './command.ts'

export interface UploadTarget {
  /** The mount point of the plugin, such as `http://127.0.0.1:8787/cdn`, without a slash at the end. */
  readonly base: string
  readonly token?: string | undefined
  /** Milliseconds between two requests for an image that is not ready, and before a retry. @default longer each time */
  readonly pauseMs?: number
  /** Milliseconds after which waiting fails. */
  readonly timeoutMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal
}

/** The fields of `/img/:id.json` that the command line reads. */
export interface Info {
  readonly state?: string
  /** Number of encoding attempts of an image that is not ready. */
  readonly attempt?: number
  /** Error of the previous attempt. */
  readonly error?: { readonly code: string; readonly message: string }
  /** State of the upload that is to replace this image. */
  readonly replacing?: Pick<Info, 'state' | 'attempt' | 'error'>
  /** Number of kept variants, and of promoted ones; absent if variants are not kept. */
  readonly pictures?: { readonly kept: number; readonly promoted: number; readonly promotes: boolean }
  readonly modelSet?: string
  readonly bytes?: number
  /** ETag of the whole file: `"HASH.LAYER"`. */
  readonly etag?: string
  readonly source?: { readonly width: number; readonly height: number; readonly sha256: string }
}

/** Parses the address where the plugin is mounted. Returns it without a slash at the end. @throws StrataError USAGE */
export function parseBase(text: string, option = '--to'): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw usage(`${option}: expected an address such as http://host/cdn, got ${JSON.stringify(text)}`)
}

export function imageUrl({ base }: UploadTarget, id: string): string {
  return imagePath(base, id)
}

/** `GET /img/:id.json`. @throws StrataError of the edge's response; for a failed image that of its encoding */
export async function readInfo(id: string, target: UploadTarget): Promise<Info> {
  const url = new URL(`${imageUrl(target, id)}.json`)
  const response = await send(url, { headers: authorization(target), signal: target.signal ?? null })
  return (await response.json()) as Info
}

/** Headers that authorize an upload. */
export function authorization({ token }: UploadTarget): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

/** @throws StrataError of the edge's response; ORIGIN_FAILED without a response, or with that of another program */
export async function send(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause) => {
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new StrataError('ORIGIN_FAILED', `${url.origin} does not answer: ${reason}`, { cause })
  })
  if (response.ok) return response
  const { code, message = '' } = await readErrorBody(response)
  if (isErrorCode(code)) throw new StrataError(code, message)
  const answer = `${url.origin}${url.pathname} answered ${response.status}, not as a Strata edge does`
  const hint = `expected the address where the plugin is mounted, such as ${url.origin}/cdn`
  throw new StrataError('ORIGIN_FAILED', `${answer}; ${hint}`)
}

/** An error that an edge wrote into JSON, as one of this program. */
export function edgeError({
  code,
  message,
}: {
  readonly code: string
  readonly message: string
}): StrataError {
  return new StrataError(isErrorCode(code) ? code : 'ORIGIN_FAILED', message)
}
