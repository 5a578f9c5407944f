import { isPinnedTo } from '../decode/etag.ts'
import type { Prefix } from '../decode/prefix-store.ts'

/**
 * What may be done with held bytes: `fresh`: show them. `stale`: show them, and ask behind the scenes whether they are
 * still right. `old`: ask first.
 */
type Freshness = 'fresh' | 'stale' | 'old'

/**
 * The rules by which a browser's cache keeps the plain picture: RFC 9111 §4.2 and, for `stale-while-revalidate`, RFC 5861
 * §3. An address that names the version of the file at hand is fresh for ever.
 * @param now milliseconds since 1970
 */
export function freshnessOf(
  image: string,
  { etag, cacheControl, confirmed }: Omit<Prefix, 'bytes'>,
  now: number,
): Freshness {
  const isPinned = isPinnedTo(image, etag)
  if (isPinned !== undefined) return isPinned ? 'fresh' : 'old'
  if (!mayBeFresh(cacheControl)) return 'old'
  const age = (now - confirmed) / 1000
  const maxAge = seconds(cacheControl, 'max-age')
  if (age < maxAge) return 'fresh'
  return age < maxAge + seconds(cacheControl, 'stale-while-revalidate') ? 'stale' : 'old'
}

/** Whether held bytes may ever be shown without being asked about. */
export function mayBeFresh(cacheControl: string): boolean {
  return !/\bno-(cache|store)\b/.test(cacheControl)
}

function seconds(cacheControl: string, directive: string): number {
  const [, value = '0'] = new RegExp(`(?:^|[,\\s])${directive}=(\\d+)`).exec(cacheControl) ?? []
  return Number(value)
}
