/*
 * Room access/: who may do what. Writing needs the upload token; reading needs nothing, or a signed URL where signing
 * keys are configured. A check here throws, or says for how long it holds; it never makes a response and never looks at an
 * image.
 */

import type { Context, Env } from 'hono'
import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import { sameDigest } from '../../core/hmac.ts'
import { outerUrl } from '../request/outer-url.ts'
import type { Signing, UrlVerifier } from './sign.ts'
import { claimsUpload, verifyUpload } from './upload-url.ts'

/** The options that access depends on. */
interface AccessOptions<E extends Env> {
  readonly development: (c: Context<E>) => boolean
  readonly uploadToken: (c: Context<E>) => string | undefined
  readonly signing: (c: Context<E>) => Signing | undefined
  /** Where a proxy in front rewrites the path: what signed URLs begin with. */
  readonly publicPath: (c: Context<E>) => string | undefined
}

/** What a request that may read was granted. */
export interface ReadGrant {
  /** Seconds since 1970 after which the URL is refused; undefined where it never is. */
  readonly expires: number | undefined
  /** Whether the signature covers the parameters too, so that nobody else can ask for other ones. */
  readonly coversQuery: boolean
}

/**
 * Lets a request through that may upload, delete and list.
 * @throws StrataError UPLOAD_FORBIDDEN
 */
export async function authorizeWrite<E extends Env>(
  c: Context<E>,
  options: Pick<AccessOptions<E>, 'development' | 'uploadToken'>,
): Promise<void> {
  if (options.development(c)) {
    // No token is asked for here, so another site's page must not act through the developer's browser.
    const site = c.req.raw.headers.get('Sec-Fetch-Site')
    requireOwnHost(c.req.raw.headers.get('Host') ?? new URL(c.req.url).host)
    if (site === null || site === 'same-origin' || site === 'none') return
    throw new StrataError('UPLOAD_FORBIDDEN', `Sec-Fetch-Site: expected same-origin, got ${site}`)
  }
  await requireUploadToken(c.req.raw.headers.get('Authorization'), options.uploadToken(c))
}

/**
 * Lets an upload through that has the token, or whose URL is signed for it. A URL with a signature is checked by that
 * alone, never by token or host, because pages of other sites may send to it.
 * @returns whether the upload may only create an image
 * @throws StrataError UPLOAD_FORBIDDEN, SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export async function authorizeUpload<E extends Env>(
  c: Context<E>,
  options: Pick<AccessOptions<E>, 'development' | 'uploadToken' | 'publicPath'>,
): Promise<boolean> {
  const url = outerUrl(c, options.publicPath(c))
  const isSigned = claimsUpload(url)
  if (isSigned) await verifyUpload(url, options.uploadToken(c))
  else await authorizeWrite(c, options)
  return isSigned
}

/**
 * Lets a request through that may read: every request where no signing keys are configured, else those with a signed
 * URL. The upload token also reads an image's state, but no pictures: their answers would be cached under unsigned
 * URLs for everyone.
 * @param isInfo whether the request asks for the state (`.json`) and not for a picture
 * @throws StrataError SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_EXPIRED; UPLOAD_FORBIDDEN
 */
export async function authorizeRead<E extends Env>(
  c: Context<E>,
  isInfo: boolean,
  options: AccessOptions<E>,
  verifier: UrlVerifier,
): Promise<ReadGrant> {
  const open = { expires: undefined, coversQuery: false }
  const signing = options.signing(c)
  if (signing === undefined) return open
  if (isInfo && c.req.raw.headers.has('Authorization')) {
    await authorizeWrite(c, options)
    return open
  }
  const expires = await verifier.verify(outerUrl(c, options.publicPath(c)).href, signing)
  return { expires, coversQuery: signing.signQuery ?? false }
}

/**
 * A name of somebody else's domain may be made to lead here (DNS rebinding), so that its page counts as the same origin.
 * An address of digits and `localhost` cannot.
 * @throws StrataError UPLOAD_FORBIDDEN
 */
function requireOwnHost(host: string): void {
  const name = host.replace(/:\d+$/, '')
  if (/^(localhost|[a-z0-9-]+\.localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i.test(name)) return
  throw new StrataError(
    'UPLOAD_FORBIDDEN',
    `Host: expected localhost or an IP address, got ${JSON.stringify(host)}`,
  )
}

/** Without a configured token every upload is refused: only development mode opens uploads. */
async function requireUploadToken(authorization: string | null, token: string | undefined): Promise<void> {
  if (!token)
    throw new StrataError('UPLOAD_FORBIDDEN', 'uploads are switched off: no upload token is configured')
  const sent = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (sent === undefined)
    throw new StrataError('UPLOAD_FORBIDDEN', 'Authorization: expected Bearer and the upload token')
  if (!(await isSameSecret(sent, token)))
    throw new StrataError('UPLOAD_FORBIDDEN', 'Authorization: expected the upload token, got another one')
}

/** Compares digests, so that the time taken reveals neither a common prefix nor the length. */
async function isSameSecret(a: string, b: string): Promise<boolean> {
  const encoder = new TextEncoder()
  const [left, right] = await Promise.all([sha256(encoder.encode(a)), sha256(encoder.encode(b))])
  return sameDigest(left, right)
}
