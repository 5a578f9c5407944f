import { StrataError } from '../core/errors.ts'
import { layerAt } from './ranges.ts'
import { readHeader, wholeLayers } from './reader.ts'
import type { LayerInfo } from './types.ts'

/**
 * Chooses the layer to decode: the layer with the number `layer`; else the smallest layer at least `width` pixels wide,
 * or the widest when none is; else the highest layer. The last two consider only layers that lie wholly in `bytes`.
 *
 * @throws StrataError PARAM_INVALID (no such layer), FORMAT_TRUNCATED (layer incomplete), and what readHeader throws
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
