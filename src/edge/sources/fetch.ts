/*
 * Room sources/: pictures that lie elsewhere: which hosts may be asked (allow-list.ts), which addresses never
 * (public-host.ts), and the request itself. It gives bytes on their way into the bucket and knows neither images nor
 * records.
 */

import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { checkRemoteUrl, type RemoteSources } from './allow-list.ts'
import { checkLength, type UploadBody } from './upload-body.ts'

const MAX_REDIRECTS = 3
const DEFAULT_TIMEOUT_MS = 30_000
/** Bytes. A body without Content-Length is held in memory, because the bucket needs its length. */
const MAX_UNSIZED_BYTES = 16 * 1024 * 1024
/** Types of servers that do not know what they serve; the origin looks at the bytes. */
const UNTYPED = /^(application|binary)\/octet-stream$/

/**
 * Fetches the picture at an address as the body of an upload, without cookie, token or referrer.
 * @param limit bytes
 * @throws StrataError PARAM_INVALID, REMOTE_FORBIDDEN (see checkRemoteUrl, which also checks every redirect);
 * REMOTE_FAILED when the host does not answer in time or not with 200; INPUT_TOO_LARGE, INPUT_EMPTY,
 * INPUT_UNSUPPORTED
 */
export async function fetchRemote(text: string, sources: RemoteSources, limit: number): Promise<UploadBody> {
  const signal = AbortSignal.timeout(sources.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const response = await follow(checkRemoteUrl(text, sources), sources, signal)
  try {
    return { ...(await readUpload(response, limit)), cutOff: 'REMOTE_FAILED' }
  } catch (error) {
    await response.body?.cancel().catch(() => undefined)
    throw error
  }
}

/** Follows redirects, each of them checked, to the final answer. */
async function follow(first: URL, sources: RemoteSources, signal: AbortSignal): Promise<Response> {
  let url = first
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await ask(url, signal)
    if (response.status === 200) return response
    await response.body?.cancel()
    const location = response.headers.get('Location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null)
      throw failed(`${url.host} answered ${response.status}`)
    url = checkRedirect(location, sources, url)
  }
  throw failed(`expected at most ${MAX_REDIRECTS} redirects, got more`)
}

async function ask(url: URL, signal: AbortSignal): Promise<Response> {
  // A compressed answer does not declare the picture's length.
  const headers = { Accept: 'image/*', 'Accept-Encoding': 'identity', 'User-Agent': 'Strata' }
  try {
    return await fetch(url, { headers, redirect: 'manual', signal })
  } catch (cause) {
    throw failed(`${url.host} ${signal.aborted ? 'took too long' : 'does not answer'}`, cause)
  }
}

/** A redirect that is refused is the remote host's fault and not a malformed parameter. */
function checkRedirect(location: string, sources: RemoteSources, from: URL): URL {
  try {
    return checkRemoteUrl(location, sources, from)
  } catch (cause) {
    const reason = cause instanceof StrataError ? cause.message : String(cause)
    throw new StrataError('REMOTE_FORBIDDEN', `redirect of ${from.host}: ${reason}`, { cause })
  }
}

async function readUpload({ headers, body }: Response, limit: number): Promise<UploadBody> {
  const contentType = headers.get('Content-Type') ?? 'application/octet-stream'
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!type.startsWith('image/') && !UNTYPED.test(type))
    throw new StrataError('INPUT_UNSUPPORTED', `url: expected a picture, got ${JSON.stringify(type)}`)
  const declared = headers.has('Content-Encoding') ? null : headers.get('Content-Length')
  if (declared !== null && body !== null)
    return { body, length: checkLength(Number(declared), limit), contentType }
  const most = Math.min(limit, MAX_UNSIZED_BYTES)
  const bytes = await readAtMost(body, most).catch((cause) => Promise.reject(failed('it broke off', cause)))
  if (bytes === undefined)
    throw new StrataError(
      'INPUT_TOO_LARGE',
      `url: expected at most ${most} bytes of a picture without Content-Length, got more`,
    )
  const length = checkLength(bytes.length, limit)
  return { body: new Blob([bytes]).stream(), length, contentType }
}

function failed(message: string, cause?: unknown): StrataError {
  return new StrataError('REMOTE_FAILED', `url: ${message}`, { cause })
}
