import { isLossless } from '../../format/coding.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { EmbedFactor } from '../request/params.ts'

export interface QualityRules {
  /** Whether every quality is answered as it is asked: the URL is signed with its parameters. Else steps of 5. */
  readonly exactQuality: boolean
}

/** On JPEG's scale, where the URL says nothing. */
const DEFAULT_QUALITY = 75
const SAVE_DATA_QUALITY = 50
/** So that an unsigned URL cannot ask for a hundred variants of a size. */
const QUALITY_STEP = 5

/**
 * Of a JPEG that hides detail, where the URL says nothing: that at which held-out photographs take, in all, as many bytes
 * as in the plain JPEGs of the qualities above. Twice the size: 46 and 32 for 12 photographs at 320 pixels, 42 and 27
 * for three mosaics of them at 640. Four times: 41 and 28 for the mosaics at 320. Single photographs lie between 27 and 52,
 * and between 16 and 42.
 */
const EMBED_QUALITIES: Readonly<Record<2 | 4, { readonly default: number; readonly saveData: number }>> = {
  2: { default: 44, saveData: 29 },
  4: { default: 41, saveData: 28 },
}

interface WantedQuality {
  /** On JPEG's scale, 1 to 100. */
  readonly quality: number
  /** Whether `Save-Data` decided it, or would have. */
  readonly dependsOnSaveData: boolean
}

/** The quality that a request asks for. @param factor embed factor of the JPEG; 1 for every other picture */
export function wantedQuality(
  asked: number | undefined,
  saveData: boolean,
  factor: EmbedFactor,
  { exactQuality }: QualityRules,
): WantedQuality {
  if (asked !== undefined) return { quality: askedQuality(asked, { exactQuality }), dependsOnSaveData: false }
  const plain = { default: DEFAULT_QUALITY, saveData: SAVE_DATA_QUALITY }
  const qualities = factor === 1 ? plain : EMBED_QUALITIES[factor]
  return { quality: saveData ? qualities.saveData : qualities.default, dependsOnSaveData: true }
}

/** The quality of a picture that `Save-Data` does not degrade, such as a drawing. */
export function askedQuality(asked: number | undefined, { exactQuality }: QualityRules): number {
  if (asked === undefined) return DEFAULT_QUALITY
  return exactQuality ? asked : Math.max(QUALITY_STEP, QUALITY_STEP * Math.round(asked / QUALITY_STEP))
}

/** Whether a layer is what a URL without a quality, or with this one, asks for. */
export function hasQuality(layer: LayerInfo, asked: number | undefined, rules: QualityRules): boolean {
  if (asked === undefined) return true
  const quality = askedQuality(asked, rules)
  return isLossless(layer) ? quality >= DEFAULT_QUALITY : quality === layer.quality
}
