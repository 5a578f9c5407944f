import type { Plan } from '../plan/plan.ts'
import { planLabel } from '../plan/plan.ts'
import { HINT_HEADERS } from '../request/hints.ts'

/** Headers a script on another origin may read. */
export const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-DPR',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'Server-Timing',
  'Strata-Plan',
]

/** Seconds after which a client should ask again for an image that is being encoded. */
export const RETRY_AFTER_S = 1

export interface CachePolicy {
  readonly id: string
  /** Whether the URL holds the hash of the file, so that it never shows anything else. */
  readonly versioned: boolean
  readonly maxAge: number
}

/** What 200, 206 and 304 of one plan have in common. */
export function imageHeaders(plan: Plan, etag: string, policy: CachePolicy): Headers {
  const headers = new Headers({
    'Accept-CH': HINT_HEADERS.join(', '),
    'Cache-Control': cacheControl(policy, plan.kind === 'transcode'),
    // A cache in front that knows tags can purge every form of one image at once.
    'Cache-Tag': `strata-${policy.id}`,
    // Whatever the bytes are taken for, they load and run nothing.
    'Content-Security-Policy': "default-src 'none'",
    ETag: etag,
    'Strata-Plan': planLabel(plan),
  })
  if (plan.vary.length > 0) headers.set('Vary', plan.vary.join(', '))
  if (plan.contentDpr !== undefined) headers.set('Content-DPR', String(Number(plan.contentDpr.toFixed(4))))
  return headers
}

/**
 * JPEGs are `no-transform` (RFC 9111 §5.2.2.6): a proxy that recompresses one destroys what it hides for our client.
 */
function cacheControl({ versioned, maxAge }: CachePolicy, jpeg: boolean): string {
  const age = versioned ? 'max-age=31536000, immutable' : maxAge > 0 ? `max-age=${maxAge}` : 'no-cache'
  return `public, ${age}${jpeg ? ', no-transform' : ''}`
}
