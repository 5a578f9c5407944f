import type { Size } from '../../core/box.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import { MAX_EMBEDDED_PIXELS } from '../../core/limits/table.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { EmbedFactor, ImageParams } from '../request/params.ts'
import { hiddenSize } from '../transcoder/requested-size.ts'
import type { EmbedModel } from '../transcoder/transcoder.ts'
import { snapUp } from './layers.ts'

export interface EmbedRules {
  /** Width in pixels of the widest picture that is hidden in a JPEG. */
  readonly maxEmbedWidth: number
  /** The models that the transcoder can hide detail with. */
  readonly embedModels: readonly EmbedModel[]
  /** `asked`: only where the URL asks for it. `always`: in every JPEG that the URL does not ask to be plain. */
  readonly hyperThumbnail: 'asked' | 'always'
}

/** Embed factor of option `hyperThumbnail: 'always'`. */
const DEFAULT_FACTOR = 2

/** The embed factor that a request asks for. */
function wantedFactor(asked: EmbedFactor | undefined, { hyperThumbnail }: EmbedRules): EmbedFactor {
  return asked ?? (hyperThumbnail === 'always' ? DEFAULT_FACTOR : 1)
}

/**
 * The layer to hide in a JPEG of size `shown`: the smallest that is at least `factor` times as wide, up to the pixel
 * that rounding a ladder may cost. Where there is no such layer, or too much would be hidden, the next smaller factor
 * is tried.
 * @param layers those that may be decoded
 * @returns undefined when no factor is left
 * @throws StrataError PARAM_INVALID for a factor that the transcoder has no model for
 */
function chooseEmbed(
  layers: readonly LayerInfo[],
  shown: Size,
  asked: EmbedFactor | undefined,
  rules: EmbedRules,
): { readonly model: EmbedModel; readonly layer: LayerInfo } | undefined {
  const { embedModels, maxEmbedWidth } = rules
  const wanted = wantedFactor(asked, rules)
  if (asked !== undefined && asked !== 1 && !embedModels.some(({ factor }) => factor === asked)) {
    const available = [1, ...embedModels.map(({ factor }) => factor)].join(', ')
    throw new StrataError('PARAM_INVALID', `ht: only ${available} is available in this version, got ${asked}`)
  }
  for (const model of embedModels.toSorted((a, b) => b.factor - a.factor)) {
    const hidden = model.factor ** 2 * shown.width * shown.height
    if (model.factor > wanted || hidden > MAX_EMBEDDED_PIXELS) continue
    if (model.factor * shown.width > maxEmbedWidth) continue
    const least = model.factor * (shown.width - 1) + 1
    const layer = snapUp(layers, least)
    // A picture of a few pixels in one direction may lack them there.
    const high = hiddenSize(layer, shown, model.factor)
    const isLargeEnough = high.width <= layer.width && high.height <= layer.height
    if (layer.width >= least && isLargeEnough) return { model, layer }
  }
  return undefined
}

/** What a JPEG of this size hides. @throws StrataError PARAM_INVALID where another format is asked to hide something */
export function hiddenIn(
  layers: readonly LayerInfo[],
  size: Size,
  { format, ht }: Pick<ImageParams, 'format' | 'ht'>,
  rules: EmbedRules,
): ReturnType<typeof chooseEmbed> {
  if (format === 'auto' || format === 'jpeg') return chooseEmbed(layers, size, ht, rules)
  if (ht === undefined || wantedFactor(ht, rules) === 1) return undefined
  throw invalidParam('ht', `1 with f=${format}: only a JPEG hides detail`, ht)
}
