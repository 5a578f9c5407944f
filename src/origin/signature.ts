import { createHash } from 'node:crypto'
import { hex } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'
import { sameDigest } from '../core/hmac.ts'
import { ENCODE_SIGNATURE, SIGNATURE_WINDOW_S, signEncodeRequest } from '../core/http/encode-signature.ts'

/** Checks, once the body is there, that it is the one which was signed. @throws StrataError UPLOAD_FORBIDDEN */
type CheckBody = (body: Uint8Array) => void

/**
 * Checks the signature of an encode request (core/http/encode-signature.ts) before its body is read; without a key everything
 * passes. A signed request can be replayed while the signature lasts; that is harmless, because an encode stores nothing.
 * @throws StrataError UPLOAD_FORBIDDEN
 */
export async function requireSignature(
  request: Request,
  key: string | undefined,
  now = Date.now(),
): Promise<CheckBody> {
  if (!key) return () => {}
  const header = (name: keyof typeof ENCODE_SIGNATURE) => request.headers.get(ENCODE_SIGNATURE[name]) ?? ''
  const [timestamp, contentSha256] = [header('timestamp'), header('content')]
  const { search } = new URL(request.url)
  const expected = await signEncodeRequest(key, { timestamp, search, contentSha256 })
  const encoder = new TextEncoder()
  if (!sameDigest(encoder.encode(header('signature')), encoder.encode(expected)))
    throw new StrataError(
      'UPLOAD_FORBIDDEN',
      `${ENCODE_SIGNATURE.signature}: expected a signature by the key of this origin`,
    )
  const ageS = Math.abs(now / 1000 - Number(timestamp))
  if (!(ageS <= SIGNATURE_WINDOW_S)) {
    const expectation = `${ENCODE_SIGNATURE.timestamp}: expected a time within ${SIGNATURE_WINDOW_S} s of this machine's`
    throw new StrataError('UPLOAD_FORBIDDEN', `${expectation}, got one ${Math.round(ageS)} s away`)
  }
  return (body) => {
    if (hex(createHash('sha256').update(body).digest()) !== contentSha256)
      throw new StrataError('UPLOAD_FORBIDDEN', 'body: not the one that was signed')
  }
}
