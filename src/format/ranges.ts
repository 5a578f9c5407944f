import { invalidParam, StrataError } from '../core/errors.ts'
import { readHeader } from './reader.ts'
import type { LayerInfo, StrataHeader } from './types.ts'

/**
 * The layer with the number `layer`.
 * @throws StrataError PARAM_INVALID when the file declares no such layer
 */
export function layerAt(header: StrataHeader, layer: number): LayerInfo {
  const info = header.layers[layer]
  if (!info) throw invalidParam('layer', `an integer from 0 to ${header.layers.length - 1}`, layer)
  return info
}

/**
 * Cuts the file after layer `layer`. The result is a valid file, and a view of `bytes`, not a copy.
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
 * The Range header (RFC 9110, section 14.2) that fetches the layers above `from`, up to and with `to`.
 * @throws StrataError PARAM_INVALID when there is no such layer or `to` is not above `from`
 */
export function upgradeRange(header: StrataHeader, from: number, to: number): string {
  const { end: start } = layerAt(header, from)
  const { end } = layerAt(header, to)
  if (to <= from) throw invalidParam('layer', `above ${from}, the layer at hand`, to)
  return `bytes=${start}-${end - 1}`
}
