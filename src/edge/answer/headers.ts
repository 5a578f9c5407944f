import { FRAMES_HEADER } from '../../format/rendered.ts'
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
  FRAMES_HEADER,
  'Strata-Plan',
]

export interface CachePolicy {
  readonly id: string
  /** Whether the URL names a version (`id@hash`), so that its picture never changes. */
  readonly versioned: boolean
  /** Seconds for which a picture of an unversioned URL is shown without asking again. */
  readonly maxAge: number
  /** Seconds for which it is shown after that while the browser asks behind the scenes. */
  readonly staleWhileRevalidate: number
  /** Seconds since 1970 after which the URL is refused, so that no cache may answer it either. */
  readonly expires: number | undefined
}

const YEAR_S = 31_536_000

/** What the headers say of a plan. */
interface PlanFacts {
  readonly vary: readonly string[]
  readonly contentDpr: number | undefined
  /** Value of `Strata-Plan`. */
  readonly label: string
  /** Whether the picture hides detail, which a proxy that recompresses it would destroy. @default false */
  readonly hides?: boolean
  /** Present where the first frame is sent of an animation, and nobody asked for it alone. */
  readonly frames?: 'first'
}

/** The headers that 200, 206 and 304 of one plan have in common. */
export function imageHeaders(plan: PlanFacts, etag: string, policy: CachePolicy): Headers {
  const headers = new Headers({
    'Accept-CH': HINT_HEADERS.join(', '),
    'Cache-Control': cacheControl(policy, plan.hides ?? false),
    // By the tag, a cache in front can purge every form of one image at once.
    'Cache-Tag': `strata-${policy.id}`,
    // Even if a browser takes the bytes for a document, it loads and runs nothing.
    'Content-Security-Policy': "default-src 'none'",
    ETag: etag,
    'Strata-Plan': plan.label,
  })
  if (plan.frames !== undefined) headers.set(FRAMES_HEADER, plan.frames)
  if (plan.vary.length > 0) headers.set('Vary', plan.vary.join(', '))
  if (plan.contentDpr !== undefined) headers.set('Content-DPR', String(Number(plan.contentDpr.toFixed(4))))
  return headers
}

/**
 * RFC 9111 §5.2.2, RFC 8246 (`immutable`), RFC 5861 (`stale-while-revalidate`). A JPEG that hides detail is
 * `no-transform`: a proxy that recompresses it destroys what it hides.
 */
function cacheControl(
  { versioned, maxAge, staleWhileRevalidate, expires }: CachePolicy,
  hides: boolean,
): string {
  const left =
    expires === undefined ? Number.POSITIVE_INFINITY : Math.max(0, expires - Math.ceil(Date.now() / 1000))
  const age = Math.min(versioned ? YEAR_S : maxAge, left)
  const parts = ['public', age > 0 ? `max-age=${age}` : 'no-cache']
  if (versioned && age === YEAR_S) parts.push('immutable')
  const stale = Math.min(staleWhileRevalidate, left - age)
  if (!versioned && age > 0 && stale > 0) parts.push(`stale-while-revalidate=${stale}`)
  if (hides) parts.push('no-transform')
  return parts.join(', ')
}
