import { createHash, timingSafeEqual } from 'node:crypto'
import { StrataError } from '../core/errors.ts'

/**
 * Compares `Authorization: Bearer <token>` with the token, in constant time; without a token everything passes.
 * @param needed name of the setting without which nothing passes
 * @throws StrataError UPLOAD_FORBIDDEN
 */
export function requireToken(
  authorization: string | undefined,
  token: string | undefined,
  needed?: string,
): void {
  if (!token) {
    if (needed === undefined) return
    throw new StrataError('UPLOAD_FORBIDDEN', `${needed}: expected one that opens this address, got none`)
  }
  const sent = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  // Hashing makes both sides equally long, which timingSafeEqual demands.
  if (timingSafeEqual(digest(sent), digest(token))) return
  throw new StrataError('UPLOAD_FORBIDDEN', 'Authorization: expected the bearer token of this origin')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
