import { parseColour } from '../../core/colour.ts'
import { single } from '../../core/parameters.ts'
import { parseWidths, searchedLayers } from '../../format/ladder.ts'
import { MAX_DIMENSION } from '../../format/layout.ts'
import { parseQuality } from '../../format/quality.ts'
import type { UploadParams } from '../store/state.ts'

/**
 * Checks `widths`, `quality` and `bg` as far as that is possible without the picture, so that a typing error is
 * answered at once and not by an upload that fails later. An empty value means the default.
 * @throws StrataError PARAM_INVALID
 */
export function parseUploadParams(query: URLSearchParams): UploadParams {
  const widths = single(query, 'widths') || undefined
  const quality = single(query, 'quality') || undefined
  const bg = single(query, 'bg') || undefined
  const setting = quality === undefined ? undefined : parseQuality(quality)
  if (widths !== undefined) {
    const rungs = parseWidths(widths, MAX_DIMENSION, typeof setting === 'number' ? setting : undefined)
    if (typeof setting === 'object')
      searchedLayers(
        rungs.map(({ width }) => width),
        widths,
      )
  }
  if (bg !== undefined) parseColour('bg', bg)
  return { ...(widths && { widths }), ...(quality && { quality }), ...(bg && { bg }) }
}
