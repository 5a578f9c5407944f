import { hex } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { hmacSha256, sameDigest } from '../../core/hmac.ts'
import { isExpiry, parseUrl, requireUnexpired, sortedQuery } from './url-parts.ts'

export interface SignUploadOptions {
  /** The edge's upload token. It is the key of the signature, and is not sent. */
  readonly token: string
  /** Seconds since 1970 after which the URL is refused. */
  readonly expires: number
}

/** The parameter that holds the signature of an upload. */
const GRANT = 'grant'
const HEX_DIGITS = 64

/**
 * Makes a URL to which a browser may PUT one picture without the upload token. It works once, because it only creates an
 * image. Its parameters (`widths`, `quality`, …) hold as they are signed. The signature is an HMAC-SHA256 by the upload
 * token over `PUT`, the path, `exp` and the other parameters sorted by name.
 * @param url of the image, absolute or a path from the root; the path must be the one that visitors name
 * @throws StrataError OPTION_INVALID for an empty token, PARAM_INVALID for an unusable URL or time
 * @example
 * await signUploadUrl('https://example.com/cdn/img/cat', { token: env.UPLOAD_TOKEN, expires: Date.now() / 1000 + 600 | 0 })
 */
export async function signUploadUrl(url: string, { token, expires }: SignUploadOptions): Promise<string> {
  if (typeof token !== 'string' || token === '')
    throw new StrataError('OPTION_INVALID', 'token: expected the upload token, got none')
  if (!(Number.isSafeInteger(expires) && expires > 0))
    throw new StrataError('PARAM_INVALID', `expires: expected whole seconds since 1970, got ${expires}`)
  const { url: signed, isPath } = parseUrl(url)
  signed.searchParams.set('exp', String(expires))
  signed.searchParams.set(GRANT, await signatureOf(signed, token))
  signed.hash = ''
  return isPath ? signed.pathname + signed.search : signed.href
}

/** Whether a URL says that it may be uploaded to, rightly or not. */
export function claimsUpload(url: URL): boolean {
  return url.searchParams.has(GRANT)
}

/**
 * Returns when the URL is one of signUploadUrl that has not expired.
 * @param now epoch milliseconds
 * @throws StrataError UPLOAD_FORBIDDEN where there is no token, SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export async function verifyUpload(url: URL, token: string | undefined, now = Date.now()): Promise<void> {
  if (!token)
    throw new StrataError('UPLOAD_FORBIDDEN', 'uploads are switched off: no upload token is configured')
  const [grants, expiries] = [url.searchParams.getAll(GRANT), url.searchParams.getAll('exp')]
  const [sent = '', expires = ''] = [grants[0], expiries[0]]
  const isWhole = grants.length === 1 && expiries.length === 1 && sent.length === HEX_DIGITS
  if (!isWhole || !isExpiry(expires) || !isSame(sent, await signatureOf(url, token)))
    throw new StrataError(
      'SIGNATURE_INVALID',
      `${GRANT}: expected the signature of this upload, got another one`,
    )
  requireUnexpired(expires, now)
}

/** Lower-case hexadecimal. No line holds a line break, because path and query are percent-encoded. */
async function signatureOf({ pathname, searchParams }: URL, token: string): Promise<string> {
  const query = sortedQuery(searchParams, [GRANT, 'exp'])
  const lines = ['PUT', pathname.replace(/\/$/, ''), searchParams.get('exp') ?? '', query]
  return hex(await hmacSha256(token, lines.join('\n')))
}

function isSame(a: string, b: string): boolean {
  const encoder = new TextEncoder()
  return sameDigest(encoder.encode(a), encoder.encode(b))
}
