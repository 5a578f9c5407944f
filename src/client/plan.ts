/** What choosing a layer needs to know of one. */
export interface LayerSize {
  readonly width: number
  readonly height: number
}

/** Beyond four device pixels per CSS pixel nobody sees a difference, and pinch zoom would ask for everything. */
const MAX_DENSITY = 4

/**
 * Width of the picture, in device pixels, that a box shows without enlarging it.
 * @param box content box in CSS pixels
 * @param picture proportions of the picture, where they are known
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
 * Index of the layer for a width, as the edge chooses it: the smallest that is wide enough, the last where none is, the
 * best of several of one width. Who saves data gets the next smaller size.
 * @param layers from the base up; at least one
 */
export function chooseLayer(layers: readonly LayerSize[], width: number, saveData = false): number {
  const wanted = layers.find((layer) => layer.width >= width) ?? layers[layers.length - 1]
  const smaller = saveData ? layers.findLast((layer) => layer.width < wanted!.width) : undefined
  return layers.findLastIndex((layer) => layer.width === (smaller ?? wanted)!.width)
}
