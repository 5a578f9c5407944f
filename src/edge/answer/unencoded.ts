import { hasCode } from '../../core/errors.ts'
import { PENDING_HEADERS, replaceDamaged } from '../ingest/resume.ts'
import { planUnencoded } from '../plan/render.ts'
import type { OpenState } from '../store/state.ts'
import type { ImageRequest, ReadOptions, ReadServices } from './image-request.ts'
import type { Lookup } from './lookup.ts'
import { respondRendered } from './render.ts'

/** Seconds for which a picture of an image that is not encoded yet is cached: the encoded one may differ. */
const PENDING_AGE_S = 10

/** An image that is not encoded yet: the origin makes the picture; where it does not answer, there is none yet. */
export async function answerOpen(
  id: string,
  { original, sha256 }: Pick<OpenState, 'original' | 'sha256'>,
  { request, input, grant, policy, timing }: ImageRequest,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response | undefined> {
  const pending = new Response(null, { status: 202, headers: PENDING_HEADERS })
  const { format } = input.params
  if (format === 'native' || (format === 'auto' && input.accepted.native)) return pending
  const plan = planUnencoded(input, { ...options, exactQuality: grant.coversQuery })
  // The bucket keeps only pictures of stored files.
  const unkept = { ...services, variants: undefined, leases: undefined, timing }
  const source = { id, original, sha256, hash: `original-${sha256.slice(0, 32)}` }
  const short = { ...policy, maxAge: Math.min(policy.maxAge, PENDING_AGE_S), staleWhileRevalidate: 0 }
  try {
    return await respondRendered(request, source, plan, unkept, short)
  } catch (error) {
    if (isAway(error)) return pending
    throw error
  }
}

/** An image whose file is damaged is encoded again from its original, and until then as one that is not encoded yet. */
export async function answerDamaged(
  { id, state, error }: Extract<Lookup, { kind: 'damaged' }>,
  parsed: ImageRequest,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response | undefined> {
  const { original } = state
  if (original === undefined) throw error
  services.keepAlive(replaceDamaged(id, state, services).catch(() => undefined))
  return await answerOpen(id, { ...state, original }, parsed, services, options)
}

/** Whether the origin could not be asked; anything else that it throws is about the picture. */
export function isAway(error: unknown): boolean {
  return hasCode(error, 'ORIGIN_BUSY', 'ORIGIN_FAILED')
}
