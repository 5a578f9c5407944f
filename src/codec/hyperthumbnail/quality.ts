const CENTRE = 50

/** The quality on the scale of the models, from -1 to 1. */
export function qualityCode(quality: number): number {
  return (quality - CENTRE) / CENTRE
}

/**
 * The quality as inputs of the networks: one integer per cell of 2x2 thumbnail pixels, and one per block of 8x8. The name
 * of an input ends with the side of a cell or block, in pixels of the large picture.
 */
export function qualityInputs(quality: number, factor: number, pixels: number): Record<string, Int16Array> {
  const plane = (cells: number): Int16Array => new Int16Array(cells).fill(quality - CENTRE)
  return { [`quality${2 * factor}`]: plane(pixels / 4), [`quality${8 * factor}`]: plane(pixels / 64) }
}
