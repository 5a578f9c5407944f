import type { LayerInfo } from '../../format/types.ts'

/** The best layer of the smallest width that is at least `width`; the last layer when none is. */
export function snapUp(layers: readonly LayerInfo[], width: number): LayerInfo {
  const step = layers.find((layer) => layer.width >= width) ?? last(layers)
  return bestOfWidth(layers, step.width)
}

/** `layer` itself when it is not wider than `limit`, else the largest that is not; the base layer when none is. */
export function cap(layers: readonly LayerInfo[], layer: LayerInfo, limit: number): LayerInfo {
  if (layer.width <= limit) return layer
  return layers.findLast((candidate) => candidate.width <= limit) ?? bestOfWidth(layers, first(layers).width)
}

/** Layers of equal width differ in quality only: the last of them is the picture at that width. */
function bestOfWidth(layers: readonly LayerInfo[], width: number): LayerInfo {
  return layers.findLast((layer) => layer.width === width) ?? last(layers)
}

function first(layers: readonly LayerInfo[]): LayerInfo {
  return layers[0] as LayerInfo
}

export function last(layers: readonly LayerInfo[]): LayerInfo {
  return layers[layers.length - 1] as LayerInfo
}
