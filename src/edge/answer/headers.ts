import { type Plan, planLabel } from '../plan/plan.ts'
import { HINT_HEADERS } from '../request/hints.ts'

/** Headers that a script on another origin may read. */
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

export interface CachePolicy {
  readonly id: string
  /** Whether the URL names a version (`id@hash`), so that its picture never changes. */
  readonly versioned: boolean
  /** Seconds. */
  readonly maxAge: number
}

/** The headers that 200, 206 and 304 of one plan have in common. */
export function imageHeaders(plan: Plan, etag: string, policy: CachePolicy): Headers {
  const headers = new Headers({
    'Accept-CH': HINT_HEADERS.join(', '),
    'Cache-Control': cacheControl(policy, plan.kind === 'transcode'),
    // By the tag, a cache in front can purge every form of one image at once.
    'Cache-Tag': `strata-${policy.id}`,
    // Even if a browser takes the bytes for a document, it loads and runs nothing.
    'Content-Security-Policy': "default-src 'none'",
    ETag: etag,
    'Strata-Plan': planLabel(plan),
  })
  if (plan.vary.length > 0) headers.set('Vary', plan.vary.join(', '))
  if (plan.contentDpr !== undefined) headers.set('Content-DPR', String(Number(plan.contentDpr.toFixed(4))))
  return headers
}

/** JPEGs are `no-transform` (RFC 9111 §5.2.2.6): a proxy that recompresses one destroys the detail hidden in it. */
function cacheControl({ versioned, maxAge }: CachePolicy, jpeg: boolean): string {
  const age = versioned ? 'max-age=31536000, immutable' : maxAge > 0 ? `max-age=${maxAge}` : 'no-cache'
  return `public, ${age}${jpeg ? ', no-transform' : ''}`
}
