/*
 * Room sources/: pictures that lie elsewhere: which hosts may be asked (allow-list.ts), which addresses never
 * (public-host.ts), the request itself, and the named sources that pictures are pulled from (picture-source.ts). It gives
 * bytes on their way into the bucket and knows neither images nor records.
 */

import { StrataError } from '../../core/errors.ts'
import { checkRemoteUrl, type RemoteSources } from './allow-list.ts'
import { type Chunks, chunksOf } from './chunks.ts'
import { checkLength, emptyInput, MAX_UNSIZED_BYTES, type UploadBody } from './upload-body.ts'

const MAX_REDIRECTS = 3
export const DEFAULT_TIMEOUT_MS = 30_000
/** Types of servers that do not know what they serve; the origin looks at the bytes. */
const UNTYPED = /^(application|binary)\/octet-stream$/

/** A request to another host, and how far it may be led. */
export interface RemoteRequest {
  /** Added to those that every request has. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Resolves and checks the Location of a redirect. @throws StrataError PARAM_INVALID, REMOTE_FORBIDDEN */
  readonly resolve: (location: string, from: URL) => URL
  /** What error messages begin with. */
  readonly name: string
  /** What they call the host. */
  readonly hostOf: (url: URL) => string
}

/**
 * Fetches the picture at an address as the body of an upload, without cookie, token or referrer.
 * @param limit bytes
 * @throws StrataError PARAM_INVALID, REMOTE_FORBIDDEN (see checkRemoteUrl, which also checks every redirect);
 * REMOTE_FAILED when the host does not answer in time or not with 200; INPUT_TOO_LARGE, INPUT_EMPTY,
 * INPUT_UNSUPPORTED
 */
export async function fetchRemote(text: string, sources: RemoteSources, limit: number): Promise<UploadBody> {
  const request: RemoteRequest = {
    signal: AbortSignal.timeout(sources.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    resolve: (location, from) => checkRemoteUrl(location, sources, from),
    name: 'url',
    hostOf: ({ host }) => host,
  }
  const { response, url } = await askRemote(checkRemoteUrl(text, sources), request)
  if (response.status === 200) return await openUpload(response, 'url', limit)
  await response.body?.cancel()
  throw failed('url', `${url.host} answered ${response.status}`)
}

/**
 * Asks a host, and follows redirects, each of them checked, to the final answer, whatever its status is.
 * @throws StrataError REMOTE_FORBIDDEN for a redirect that is refused, REMOTE_FAILED
 */
export async function askRemote(
  first: URL,
  request: RemoteRequest,
): Promise<{ readonly response: Response; readonly url: URL }> {
  let url = first
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await ask(url, request)
    const location = response.headers.get('Location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return { response, url }
    await response.body?.cancel()
    url = checkRedirect(location, url, request)
  }
  throw failed(request.name, `expected at most ${MAX_REDIRECTS} redirects, got more`)
}

async function ask(url: URL, { headers, signal, name, hostOf }: RemoteRequest): Promise<Response> {
  // A compressed answer does not declare the picture's length.
  const all = { Accept: 'image/*', 'Accept-Encoding': 'identity', 'User-Agent': 'Strata', ...headers }
  const send = () => fetch(url, { headers: all, redirect: 'manual', signal })
  try {
    // A server may close a kept connection just as it is used again: then nobody has seen the request.
    return await send().catch((error) => (signal.aborted ? Promise.reject(error) : send()))
  } catch (cause) {
    throw failed(name, `${hostOf(url)} ${signal.aborted ? 'took too long' : 'does not answer'}`, cause)
  }
}

/** A redirect that is refused is the remote host's fault and not a malformed parameter. */
function checkRedirect(location: string, from: URL, { resolve, name, hostOf }: RemoteRequest): URL {
  try {
    return resolve(location, from)
  } catch (cause) {
    const reason = cause instanceof StrataError ? cause.message : String(cause)
    throw new StrataError('REMOTE_FORBIDDEN', `${name}: redirect of ${hostOf(from)}: ${reason}`, { cause })
  }
}

/**
 * The picture of an answer as the body of an upload. The answer is given up where it is refused.
 * @param name of what was asked, for error messages
 * @param limit bytes
 * @throws StrataError INPUT_UNSUPPORTED, INPUT_TOO_LARGE, INPUT_EMPTY, REMOTE_FAILED
 */
export async function openUpload(response: Response, name: string, limit: number): Promise<UploadBody> {
  try {
    return { ...(await readUpload(response, name, limit)), cutOff: 'REMOTE_FAILED' }
  } catch (error) {
    await response.body?.cancel().catch(() => undefined)
    throw error
  }
}

async function readUpload({ headers, body }: Response, name: string, limit: number): Promise<UploadBody> {
  const contentType = headers.get('Content-Type') ?? 'application/octet-stream'
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!type.startsWith('image/') && !UNTYPED.test(type))
    throw new StrataError('INPUT_UNSUPPORTED', `${name}: expected a picture, got ${JSON.stringify(type)}`)
  const declared = headers.has('Content-Encoding') ? null : headers.get('Content-Length')
  if (body === null) throw emptyInput()
  const chunks = chunksOf(body)
  if (declared !== null) return { length: checkLength(Number(declared), limit), chunks, contentType }
  const most = Math.min(limit, MAX_UNSIZED_BYTES)
  return { length: undefined, chunks: atMost(most, chunks, name), contentType }
}

/** The same bytes, counted as they come. The next ones are a REMOTE_FAILED where they break off, INPUT_TOO_LARGE beyond `most`. */
function atMost(most: number, chunks: Chunks, name: string): Chunks {
  let total = 0
  const brokeOff = (cause: unknown) => Promise.reject(failed(name, 'it broke off', cause))
  return {
    ...chunks,
    async next(least) {
      const bytes = await chunks.next(least).catch(brokeOff)
      total += bytes?.length ?? 0
      if (total <= most) return bytes
      throw new StrataError(
        'INPUT_TOO_LARGE',
        `${name}: expected at most ${most} bytes of a picture without Content-Length, got more`,
      )
    },
  }
}

function failed(name: string, message: string, cause?: unknown): StrataError {
  return new StrataError('REMOTE_FAILED', `${name}: ${message}`, { cause })
}
