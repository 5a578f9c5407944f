import { isLossless } from '../../format/coding.ts'
import type { LayerInfo } from '../../format/types.ts'

export interface QualityRules {
  /** Whether every quality is answered as it is asked: the URL is signed with its parameters. Else steps of 5. */
  readonly exactQuality: boolean
}

/** On JPEG's scale, where the URL says nothing. */
const DEFAULT_QUALITY = 75
const SAVE_DATA_QUALITY = 50
/** So that an unsigned URL cannot ask for a hundred variants of a size. */
const QUALITY_STEP = 5

interface WantedQuality {
  /** On JPEG's scale, 1 to 100. */
  readonly quality: number
  /** Whether `Save-Data` decided it, or would have. */
  readonly dependsOnSaveData: boolean
}

/** The quality that a request asks for. */
export function wantedQuality(
  asked: number | undefined,
  saveData: boolean,
  { exactQuality }: QualityRules,
): WantedQuality {
  if (asked !== undefined) return { quality: askedQuality(asked, { exactQuality }), dependsOnSaveData: false }
  return { quality: saveData ? SAVE_DATA_QUALITY : DEFAULT_QUALITY, dependsOnSaveData: true }
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
