import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'

/**
 * Lets a request through that carries the upload token. Without a configured token nobody gets through: an upload
 * that anyone may make has to be asked for, by development mode.
 * @throws StrataError UPLOAD_FORBIDDEN
 */
export async function requireUploadToken(
  authorization: string | null,
  token: string | undefined,
): Promise<void> {
  if (!token)
    throw new StrataError('UPLOAD_FORBIDDEN', 'uploads are switched off: no upload token is configured')
  const sent = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (sent === undefined)
    throw new StrataError('UPLOAD_FORBIDDEN', 'Authorization: expected Bearer and the upload token')
  if (!(await sameSecret(sent, token)))
    throw new StrataError('UPLOAD_FORBIDDEN', 'Authorization: not the upload token')
}

/** Compares digests, so that the time taken tells neither a common prefix nor the length. */
async function sameSecret(a: string, b: string): Promise<boolean> {
  const encoder = new TextEncoder()
  const [left, right] = await Promise.all([sha256(encoder.encode(a)), sha256(encoder.encode(b))])
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0)
  return difference === 0
}
