import type { StrataHeader } from '../../format/types.ts'
import type { TranscodePlan } from './plan.ts'

/**
 * Part of the ETag and the cache key of every JPEG: raise it when the same layer and parameters would give other
 * pixels or bytes, so that no cache mixes old and new.
 */
export const TRANSCODE_VERSION = 1

/** The body [0, end[layer]) of the file with hash H: byte for byte the same everywhere, hence strong. */
export function nativeEtag(hash: string, layer: number): string {
  return `"${hash}.${layer}"`
}

/** Known without decoding. Weak, because two machines may round a pixel differently. */
export function jpegEtag(hash: string, plan: TranscodePlan): string {
  return `W/"${hash}.${decisionKey(plan)}"`
}

/** All that the bytes of a JPEG depend on, the file aside. */
export function decisionKey(plan: TranscodePlan): string {
  const { layer, width, height, fit, background, quality, ht, embedModel } = plan
  // The size of a layer is told by its width.
  const frame =
    fit === undefined ? '' : `x${height}-${fit}${background === undefined ? '' : `.${background}`}`
  const model = embedModel === undefined ? '' : `.${embedModel}`
  return `${layer}-w${width}${frame}-q${quality}-ht${ht}${model}-v${TRANSCODE_VERSION}`
}

/** `If-None-Match` (RFC 9110 §13.1.2): weak comparison over a list, or `*`. */
export function matchesNone(header: string | null, etag: string): boolean {
  if (header === null) return false
  if (header.trim() === '*') return true
  const listed = header.match(/(?:W\/)?"[^"]*"/g) ?? []
  return listed.some((candidate) => opaque(candidate) === opaque(etag))
}

/**
 * `If-Range` (RFC 9110 §13.1.5) for a native body: strong comparison, and one more case. A client that holds layers
 * 0..m of the same file sends "H.m" to a larger URL: every byte from end[m] on is what it lacks.
 * @param start first byte of the range that is asked for
 */
export function rangeStillValid(
  ifRange: string | null,
  start: number,
  file: { readonly hash: string; readonly layer: number; readonly header: StrataHeader },
): boolean {
  if (ifRange === null || ifRange.trim() === nativeEtag(file.hash, file.layer)) return true
  const match = /^"([0-9a-f]+)\.([0-9]{1,2})"$/.exec(ifRange.trim())
  if (match === null || match[1] !== file.hash) return false
  const held = file.header.layers[Number(match[2])]
  return held !== undefined && held.end <= start
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
