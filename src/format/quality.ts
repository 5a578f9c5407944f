import { invalidParam } from '../core/errors.ts'

/**
 * How the quality of a layer is chosen: a number from 1 to 100, a log-spaced quantization step; or a target SSIMULACRA2
 * score against the resized source, for which the encoder searches the quality.
 */
export type QualityChoice = number | { readonly score: number }

/** Range of scores that can be asked for: below it a picture falls apart, above it most pictures cannot reach it. */
const MIN_SCORE = 30
const MAX_SCORE = 90

/**
 * Qualities at which held-out photographs have a mean score of 75: of the base layer, and of the layers above it.
 * Measured by `python -m strata_models compass evaluate`; models/RESULTS.md has the table.
 */
const DEFAULT_QUALITIES = { base: 55, above: 58 } as const

/** @param layer number of the layer, from 0 (the base) */
export function defaultQuality(layer: number): number {
  return layer === 0 ? DEFAULT_QUALITIES.base : DEFAULT_QUALITIES.above
}

/**
 * Parses `quality=` of an upload and `--quality`: `1` to `100`, or `auto:N`.
 * @throws StrataError PARAM_INVALID
 */
export function parseQuality(text: string): QualityChoice {
  const match = /^(auto:)?(\d{1,3})$/.exec(text)
  const value = Number(match?.[2])
  if (match?.[1] !== undefined && value >= MIN_SCORE && value <= MAX_SCORE) return { score: value }
  if (match && match[1] === undefined && value >= 1 && value <= 100) return value
  throw invalidParam('quality', `an integer from 1 to 100, or auto:${MIN_SCORE} to auto:${MAX_SCORE}`, text)
}

/** @throws StrataError PARAM_INVALID unless the quality is an integer from 1 to 100 */
export function checkQuality(quality: number): void {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw invalidParam('quality', 'an integer from 1 to 100', quality)
  }
}
