import { parseColour } from '../../core/colour.ts'
import { MAX_DIMENSION } from '../../core/limits/table.ts'
import { choice, single } from '../../core/parameters.ts'
import { CODING_CHOICES } from '../../format/coding.ts'
import { parseWidths, searchedLayers } from '../../format/ladder.ts'
import { parseQuality } from '../../format/quality.ts'
import type { UploadParams } from '../store/state.ts'

/** What lies under transparent pixels where an upload names no colour. */
const DEFAULT_BACKGROUND = 'ffffff'

/**
 * Checks `widths`, `quality`, `bg` and `coding` as far as that is possible without the picture, so that a typing error is
 * answered at once and not by an upload that fails later. An empty value means the default. Values that mean the same
 * become equal texts, so that sending an upload again changes nothing.
 * @throws StrataError PARAM_INVALID
 */
export function parseUploadParams(query: URLSearchParams): UploadParams {
  const widths = single(query, 'widths') || undefined
  const quality = single(query, 'quality') || undefined
  const bg = single(query, 'bg') || undefined
  const coding = single(query, 'coding') || undefined
  const setting = quality === undefined ? undefined : parseQuality(quality)
  if (widths !== undefined) {
    const ladder = parseWidths(widths, MAX_DIMENSION, setting)
    if (typeof setting === 'object') searchedLayers(ladder, widths)
  }
  const background = bg === undefined ? DEFAULT_BACKGROUND : parseColour('bg', bg)
  if (coding !== undefined) choice('coding', coding, CODING_CHOICES)
  // What is the default anyway is not another upload than one that says nothing.
  const isChosen = coding !== undefined && coding !== 'auto'
  return {
    ...(widths && { widths: plainNumbers(widths) }),
    ...(quality && { quality: plainNumbers(quality) }),
    ...(background !== DEFAULT_BACKGROUND && { bg: background }),
    ...(isChosen && { coding }),
  }
}

/** A list of integers without spaces and leading zeros. */
function plainNumbers(text: string): string {
  return text.replace(/\s/g, '').replace(/\d+/g, (digits) => String(Number(digits)))
}
