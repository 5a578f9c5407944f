import { hex } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { hmacSha256 } from '../../core/hmac.ts'
import { LruCache } from '../../core/lru.ts'
import { isExpiry, parseUrl, requireUnexpired, sortedQuery } from './url-parts.ts'

export { type SignUploadOptions, signUploadUrl } from './upload-url.ts'

/** Keys of signed URLs. With them, only signed URLs are answered. */
export interface Signing {
  /**
   * Secrets of at least 16 characters by key id (`[A-Za-z0-9_-]`). With two of them a key can be changed while URLs
   * signed by the old one still hold.
   */
  readonly keys: Readonly<Record<string, string>>
  /**
   * Whether the signature covers the query as well, so that every size needs a signature of its own.
   * @default false: it covers the path and `exp`, and holds for every size of the image
   */
  readonly signQuery?: boolean | undefined
}

export interface SignOptions {
  /** Key id. */
  readonly kid: string
  readonly secret: string
  /**
   * Seconds since 1970 after which the URL is refused.
   * @default never
   */
  readonly expires?: number | undefined
  /** As in the edge's option. @default false */
  readonly signQuery?: boolean | undefined
}

/** The parameters that signing adds. Of them only `exp` is signed. */
const SIGNATURE_PARAMS = ['exp', 'kid', 'sig'] as const

/** CryptoKey: Workers and Node have no global type of that name in common. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/
const MIN_SECRET = 16
/** Imported keys that are kept. */
const KEPT_KEYS = 16

/**
 * Signs the URL of an image: sets its parameters `exp`, `kid` and `sig`. The signature is an HMAC-SHA256 over the
 * path, `exp` and, with `signQuery`, the other parameters sorted by name.
 * @param url absolute, or a path from the root; the path must be the one that reaches the edge
 * @throws StrataError OPTION_INVALID for an unusable key, PARAM_INVALID for an unusable URL or time
 */
export async function signUrl(url: string, options: SignOptions): Promise<string> {
  const { kid, secret, expires, signQuery = false } = options
  checkSigning({ keys: { [kid]: secret } })
  if (expires !== undefined && !(Number.isInteger(expires) && expires > 0))
    throw new StrataError('PARAM_INVALID', `expires: expected whole seconds since 1970, got ${expires}`)
  const { url: signed, isPath } = parseUrl(url)
  for (const name of SIGNATURE_PARAMS) signed.searchParams.delete(name)
  if (expires !== undefined) signed.searchParams.set('exp', String(expires))
  signed.searchParams.set('kid', kid)
  signed.searchParams.set('sig', hex(await hmacSha256(secret, signedText(signed, signQuery))))
  return isPath ? signed.pathname + signed.search + signed.hash : signed.href
}

/** Verifies signed URLs, and keeps the keys it has imported. */
export class UrlVerifier {
  readonly #keys = new LruCache<string, Key>(KEPT_KEYS)

  /**
   * Returns when the URL has a signature by one of the keys that has not expired. It takes the same time for every
   * wrong signature.
   * @param now epoch milliseconds
   * @returns seconds since 1970 after which the URL is refused; undefined where it never is
   * @throws StrataError SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_EXPIRED
   */
  async verify(
    url: string,
    { keys, signQuery = false }: Signing,
    now = Date.now(),
  ): Promise<number | undefined> {
    const parsed = new URL(url)
    const [exp, kid, sig] = SIGNATURE_PARAMS.map((name) => parsed.searchParams.getAll(name))
    if (sig?.length === 0)
      throw new StrataError('SIGNATURE_MISSING', 'sig: expected a signed URL, got one without')
    // Of two values, another server might take the other one.
    if (sig?.length !== 1 || kid?.length !== 1 || (exp?.length ?? 0) > 1) throw invalid()
    const secret = Object.hasOwn(keys, kid[0] ?? '') ? keys[kid[0] ?? ''] : undefined
    const digest = bytesOf(sig[0] ?? '')
    if (secret === undefined || digest === undefined) throw invalid()
    const text = new TextEncoder().encode(signedText(parsed, signQuery))
    if (!(await crypto.subtle.verify('HMAC', await this.#key(secret), digest, text))) throw invalid()
    const expires = exp?.[0]
    if (expires === undefined) return undefined
    if (!isExpiry(expires)) throw invalid()
    requireUnexpired(expires, now)
    return Number(expires)
  }

  async #key(secret: string): Promise<Key> {
    const imported = this.#keys.get(secret)
    if (imported !== undefined) return imported
    const raw = new TextEncoder().encode(secret)
    const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ])
    this.#keys.set(secret, key)
    return key
  }
}

/**
 * Checks one URL; see UrlVerifier.verify.
 * @throws StrataError SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_EXPIRED; OPTION_INVALID
 */
export async function verifyUrl(url: string, signing: Signing, now?: number): Promise<void> {
  checkSigning(signing)
  await new UrlVerifier().verify(url, signing, now)
}

/**
 * Reads the keys from one text, such as an environment variable: `kid:secret`, several separated by commas.
 * @throws StrataError OPTION_INVALID
 */
export function parseSigningKeys(text: string): Record<string, string> {
  const keys: Record<string, string> = {}
  for (const part of text.split(',')) {
    const colon = part.indexOf(':')
    const kid = part.slice(0, Math.max(0, colon)).trim()
    if (colon < 0) throw invalidSigning('expected kid:secret, got a part without a colon')
    if (Object.hasOwn(keys, kid)) throw invalidSigning(`expected different key ids, got ${kid} twice`)
    keys[kid] = part.slice(colon + 1).trim()
  }
  checkSigning({ keys })
  return keys
}

/** Messages name key ids, never secrets. @throws StrataError OPTION_INVALID */
export function checkSigning(signing: Signing): void {
  if (
    typeof signing !== 'object' ||
    signing === null ||
    typeof signing.keys !== 'object' ||
    signing.keys === null
  )
    throw invalidSigning('expected { keys: { kid: secret } }')
  if (!['boolean', 'undefined'].includes(typeof signing.signQuery))
    throw invalidSigning(`signQuery: expected true or false, got ${String(signing.signQuery)}`)
  const keys = Object.entries(signing.keys)
  if (keys.length === 0) throw invalidSigning('keys: expected at least one, got none')
  for (const [kid, secret] of keys) {
    if (!KEY_ID.test(kid))
      throw invalidSigning(
        `keys: expected ids of 1 to 64 letters, digits, - or _, got ${JSON.stringify(kid)}`,
      )
    if (typeof secret !== 'string' || secret.length < MIN_SECRET)
      throw invalidSigning(`keys.${kid}: expected a secret of at least ${MIN_SECRET} characters`)
  }
}

/** The text that is signed: lines, none of which can hold a line break, because path and query are percent-encoded. */
function signedText({ pathname, searchParams }: URL, signQuery: boolean): string {
  // A slash at the end means nothing, so it needs no signature of its own.
  const lines = [pathname.replace(/\/$/, ''), searchParams.get('exp') ?? '']
  if (signQuery) lines.push(sortedQuery(searchParams, SIGNATURE_PARAMS))
  return lines.join('\n')
}

/** Lower case only: every signature has one spelling. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[0-9a-f]{64}$/.test(text)) return undefined
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

function invalid(): StrataError {
  return new StrataError('SIGNATURE_INVALID', 'sig: expected the signature of this URL, got another one')
}

function invalidSigning(message: string): StrataError {
  return new StrataError('OPTION_INVALID', `imageCdn option signing: ${message}`)
}
