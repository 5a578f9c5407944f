import { StrataError } from '../core/errors.ts'
import { layerAt } from './ranges.ts'
import { readHeader, wholeLayers } from './reader.ts'
import type { LayerInfo } from './types.ts'

/**
 * The layer with this number; or the smallest that is at least `width` wide, else the widest; or the highest. The
 * latter two look only at layers that are wholly there.
 * @throws StrataError PARAM_INVALID (no such layer), FORMAT_TRUNCATED (not wholly there), and what readHeader throws
 */
export function chooseLayer(
  bytes: Uint8Array,
  wish: { readonly layer?: number | undefined; readonly width?: number | undefined },
): LayerInfo {
  const header = readHeader(bytes)
  const whole = header.layers.slice(0, wholeLayers(header, bytes.length))
  if (wish.layer !== undefined) {
    const layer = layerAt(header, wish.layer)
    if (layer.end <= bytes.length) return layer
    const message = `layer ${layer.index} ends at byte ${layer.end}, the file has ${bytes.length}`
    throw new StrataError('FORMAT_TRUNCATED', message)
  }
  const { width } = wish
  const layer =
    (width === undefined ? undefined : whole.find((candidate) => candidate.width >= width)) ?? whole.at(-1)
  if (layer) return layer
  const message = `the base layer ends at byte ${header.layers[0]?.end}, the file has ${bytes.length}`
  throw new StrataError('FORMAT_TRUNCATED', message)
}
