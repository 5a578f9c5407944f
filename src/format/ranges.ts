import { invalidParam, StrataError } from '../core/errors.ts'
import { readHeader } from './reader.ts'
import type { LayerInfo, StrataHeader } from './types.ts'

/**
 * The layer with this number.
 * @throws StrataError PARAM_INVALID when the file declares no such layer
 */
export function layerAt(header: StrataHeader, layer: number): LayerInfo {
  const info = header.layers[layer]
  if (!info) throw invalidParam('layer', `an integer from 0 to ${header.layers.length - 1}`, layer)
  return info
}

/**
 * The file up to and with this layer: a valid file itself, and a view of `bytes`, not a copy.
 * @throws StrataError PARAM_INVALID when there is no such layer, FORMAT_TRUNCATED when `bytes` ends before its end,
 *   and whatever `readHeader` throws
 */
export function truncateToLayer(bytes: Uint8Array, layer: number): Uint8Array {
  const { end } = layerAt(readHeader(bytes), layer)
  if (bytes.length < end) {
    throw new StrataError('FORMAT_TRUNCATED', `layer ${layer} ends at byte ${end}, got ${bytes.length} bytes`)
  }
  return bytes.subarray(0, end)
}

/**
 * The value of a Range header (RFC 9110, section 14.2) that fetches what is missing from layer `from`, which is at
 * hand with all below it, to layer `to`.
 * @throws StrataError PARAM_INVALID when there is no such layer or `to` is not above `from`
 */
export function upgradeRange(header: StrataHeader, from: number, to: number): string {
  const { end: start } = layerAt(header, from)
  const { end } = layerAt(header, to)
  if (to <= from) throw invalidParam('layer', `above ${from}, the layer at hand`, to)
  return `bytes=${start}-${end - 1}`
}
