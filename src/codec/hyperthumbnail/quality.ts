const CENTRE = 50

/** The quality as the models were trained with it, from -1 to 1. */
export function qualityCode(quality: number): number {
  return (quality - CENTRE) / CENTRE
}

/**
 * The quality as inputs of the networks: one integer for each cell of 2x2 thumbnail pixels and for each block of 8x8.
 * They are named by what these are along in pixels of the large picture.
 */
export function qualityInputs(quality: number, factor: number, pixels: number): Record<string, Int16Array> {
  const plane = (cells: number): Int16Array => new Int16Array(cells).fill(quality - CENTRE)
  return { [`quality${2 * factor}`]: plane(pixels / 4), [`quality${8 * factor}`]: plane(pixels / 64) }
}
