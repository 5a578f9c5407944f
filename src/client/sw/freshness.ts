import { isPinnedTo } from '../decode/etag.ts'
import type { Prefix } from '../decode/prefix-store.ts'

/**
 * Freshness of stored bytes. `fresh`: use them. `stale`: use them, and revalidate them in the background. `old`:
 * revalidate them first.
 */
type Freshness = 'fresh' | 'stale' | 'old'

/**
 * The rules by which a browser's cache keeps the plain picture: RFC 9111 §4.2 and, for `stale-while-revalidate`, RFC
 * 5861 §3. An address that names the version of the stored file is always fresh.
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

/** Whether stored bytes may ever be used without revalidation. */
export function mayBeFresh(cacheControl: string): boolean {
  return !/\bno-(cache|store)\b/.test(cacheControl)
}

function seconds(cacheControl: string, directive: string): number {
  const [, value = '0'] = new RegExp(`(?:^|[,\\s])${directive}=(\\d+)`).exec(cacheControl) ?? []
  return Number(value)
}
