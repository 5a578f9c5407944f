import { along, type Polyline } from '../../pixels/polyline.ts'

const CENTRE = 50

/**
 * By factor: pairs of a JPEG quality and the model's quality at which forty held-out photographs of 320 x 208 take, in
 * total, as many bytes as MozJPEGs (4:2:0) of their bicubic thumbnails. Pictures with more texture take fewer: Kodak
 * 0.7 to 0.8 times at 75.
 */
const MODEL_QUALITIES: Readonly<Record<number, Polyline>> = {
  2: withQualities([6, 10, 15, 20, 24, 29, 34, 43, 55, 84]),
  4: withQualities([9, 14, 17, 22, 25, 29, 33, 40, 50, 75]),
}

function withQualities(own: readonly number[]): Polyline {
  const known = [40, 50, 60, 70, 75, 80, 85, 90, 95, 99].map((quality, i) => [quality, own[i]!] as const)
  return [[1, 1], ...known, [100, 100]]
}

/**
 * The model's quality at which a thumbnail takes about as many bytes as a plain JPEG of `quality`.
 * @param quality on JPEG's scale, 1 to 100
 * @returns an integer from 1 to 100 that never falls as the quality rises
 */
export function modelQuality(factor: number, quality: number): number {
  return Math.round(along(MODEL_QUALITIES[factor]!, quality))
}

/** What a thumbnail is made for. */
export interface Settings {
  /** Of the model, 1 to 100. */
  readonly quality: number
  /** Percent of the full embedding strength, an integer from 0 to 100. At 0 nothing is hidden. */
  readonly strength: number
}

/** A setting on the scale of the models, from -1 to 1. */
export function codeOf(setting: number): number {
  return (setting - CENTRE) / CENTRE
}

/**
 * The settings as inputs of the networks: two integers per cell of 2x2 thumbnail pixels, and two per block of 8x8. The name
 * of an input ends with the side of a cell or block, in pixels of the large picture.
 */
export function settingInputs(
  { quality, strength }: Settings,
  factor: number,
  pixels: number,
): Record<string, Int16Array> {
  const planes = (cells: number): Int16Array => {
    const both = new Int16Array(2 * cells)
    for (let i = 0; i < both.length; i += 2) {
      both[i] = quality - CENTRE
      both[i + 1] = strength - CENTRE
    }
    return both
  }
  return { [`settings${2 * factor}`]: planes(pixels / 4), [`settings${8 * factor}`]: planes(pixels / 64) }
}
