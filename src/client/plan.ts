import { layerForWidth } from '../format/choose-layer.ts'

/** Size of a layer in pixels. */
export interface LayerSize {
  readonly width: number
  readonly height: number
}

/**
 * Largest density that counts, in device pixels per CSS pixel. Beyond it no difference is visible, and pinch zoom would
 * request every layer.
 */
const MAX_DENSITY = 4

/**
 * The smallest width of the picture, in device pixels, that a box shows without enlarging it.
 * @param box content box in CSS pixels
 * @param picture any size with the picture's proportions; undefined where they are unknown
 * @param fit `object-fit` of the box
 * @param density device pixels per CSS pixel, zoom included
 */
export function neededWidth(
  box: LayerSize,
  picture: LayerSize | undefined,
  fit: string,
  density: number,
): number {
  const high = picture && picture.height > 0 ? (box.height * picture.width) / picture.height : box.width
  let width = box.width
  if (fit === 'cover') width = Math.max(width, high)
  if (fit === 'contain' || fit === 'scale-down') width = Math.min(width, high)
  return Math.max(Math.ceil(width * Math.min(Math.max(density, 1), MAX_DENSITY) - 1e-6), 0)
}

/**
 * Index of the layer for a width, as the edge chooses it.
 * @param layers from the base up; at least one
 * @param saveData chooses the next smaller width
 */
export function chooseLayer(layers: readonly LayerSize[], width: number, saveData = false): number {
  const enough = layerForWidth(layers, width)
  const smaller = layers.findLastIndex((layer) => layer.width < layers[enough]!.width)
  return saveData && smaller >= 0 ? smaller : enough
}
