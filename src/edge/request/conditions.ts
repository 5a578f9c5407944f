import type { StrataHeader } from '../../format/types.ts'
import { parsePrefixEtag, prefixEtag } from '../../format/version.ts'

/** Whether `If-None-Match` (RFC 9110 §13.1.2) names this ETag: weak comparison over a list, or `*`. */
export function matchesNone(header: string | null, etag: string): boolean {
  if (header === null) return false
  if (header.trim() === '*') return true
  const listed = header.match(/(?:W\/)?"[^"]*"/g) ?? []
  return listed.some((candidate) => opaque(candidate) === opaque(etag))
}

/**
 * Whether `If-Range` (RFC 9110 §13.1.5) holds for the bytes [0, end[layer]) of a file: strong comparison, and one more
 * case. A client that holds the layers 0..m of the same file sends "H.m" to a larger URL: the bytes from end[m] on are
 * what it lacks.
 * @param start first byte of the range that is asked for
 */
export function rangeStillValid(
  ifRange: string | null,
  start: number,
  file: { readonly hash: string; readonly layer: number; readonly header: StrataHeader },
): boolean {
  const etag = ifRange?.trim()
  if (etag === undefined || etag === prefixEtag(file.hash, file.layer)) return true
  const held = parsePrefixEtag(etag)
  if (held?.hash !== file.hash) return false
  const layer = file.header.layers[held.layer]
  return layer !== undefined && layer.end <= start
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
