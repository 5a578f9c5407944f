import type { Context, Env } from 'hono'
import { authorize } from '../ingest/write.ts'
import type { ResolvedOptions } from '../options.ts'
import type { UrlVerifier } from './sign.ts'

/**
 * Lets through what may be read: everything where no keys are configured, else signed URLs. Whoever may upload may also ask
 * how far an image is, but gets no pictures that way: answers to unsigned URLs would lie in caches for everyone.
 * @throws StrataError SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_EXPIRED; UPLOAD_FORBIDDEN
 */
export async function authorizeRead<E extends Env>(
  c: Context<E>,
  isInfo: boolean,
  options: ResolvedOptions<E>,
  verifier: UrlVerifier,
): Promise<void> {
  const signing = options.signing(c)
  if (signing === undefined) return
  if (isInfo && c.req.raw.headers.has('Authorization')) await authorize(c, options)
  else await verifier.verify(c.req.url, signing)
}
