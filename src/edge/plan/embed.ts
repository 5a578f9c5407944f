import { StrataError } from '../../core/errors.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { EmbedFactor } from '../request/params.ts'
import type { EmbedModel } from '../transcoder/transcoder.ts'
import { snapUp } from './layers.ts'

export interface EmbedRules {
  /** Width in pixels of the widest layer that is decoded to be hidden in a JPEG. */
  readonly maxEmbedWidth: number
  /** The models that the transcoder can hide detail with. */
  readonly embedModels: readonly EmbedModel[]
}

/** Embed factor where the URL names none. */
const DEFAULT_FACTOR = 2

/**
 * The layer to hide in a JPEG of layer `shown`: the smallest that is `factor` times as wide, up to the pixel that
 * rounding a ladder may cost. Where the file has no such layer, or it is too wide to be decoded for this, the next
 * smaller factor is tried.
 * @returns undefined when no factor is left
 * @throws StrataError PARAM_INVALID for a factor that the transcoder has no model for
 */
export function chooseEmbed(
  layers: readonly LayerInfo[],
  shown: LayerInfo,
  asked: EmbedFactor | undefined,
  { embedModels, maxEmbedWidth }: EmbedRules,
): { readonly model: EmbedModel; readonly layer: LayerInfo } | undefined {
  if (asked === 1) return undefined
  if (asked !== undefined && !embedModels.some(({ factor }) => factor === asked)) {
    const available = [1, ...embedModels.map(({ factor }) => factor)].join(', ')
    throw new StrataError('PARAM_INVALID', `ht: only ${available} is available in this version, got ${asked}`)
  }
  const wanted = asked ?? DEFAULT_FACTOR
  for (const model of embedModels.toSorted((a, b) => b.factor - a.factor)) {
    if (model.factor > wanted) continue
    const least = model.factor * (shown.width - 1) + 1
    const layer = snapUp(layers, least)
    if (layer.width >= least && layer.width <= maxEmbedWidth) return { model, layer }
  }
  return undefined
}
