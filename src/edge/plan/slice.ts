import type { Size } from '../../core/box.ts'
import { hasAlpha, pictureFormatOf } from '../../format/coding.ts'
import type { LayerInfo } from '../../format/types.ts'
import { acceptedFormats } from './format.ts'
import type { Frame } from './frame.ts'
import { hasQuality } from './quality.ts'
import type { PlanInput, PlanRules, SlicePlan } from './types.ts'
import { density, type WantedWidth } from './wanted-size.ts'

/**
 * The layer that is the wanted picture as it is: of its size, format and quality, with nothing cropped, added or put under
 * it. Of several the best.
 */
export function planSlice(
  layers: readonly LayerInfo[],
  input: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
  { isWhole, boxed: { size } }: Frame,
): SlicePlan | undefined {
  if (!isWhole) return undefined
  const layer = layers.findLast(
    (candidate) =>
      candidate.width === size.width &&
      candidate.height === size.height &&
      mayBeSent(candidate, input, rules) &&
      hasQuality(candidate, input.params.quality, rules),
  )
  return layer && sliceOf(layer, wanted)
}

/** The smallest layer that shows a whole picture of this size without being enlarged, in a format that is wanted. */
export function planWiderSlice(
  layers: readonly LayerInfo[],
  input: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
  isWhole: boolean,
  size: Size,
): SlicePlan | undefined {
  if (!isWhole) return undefined
  const sent = layers.filter((layer) => mayBeSent(layer, input, rules))
  const least = sent.find(({ width, height }) => width >= size.width && height >= size.height)
  const layer = least && sent.findLast(({ width }) => width === least.width)
  return layer && sliceOf(layer, wanted)
}

function sliceOf(layer: LayerInfo, wanted: WantedWidth): SlicePlan | undefined {
  const { index, start, end, width, coding } = layer
  const format = pictureFormatOf(coding)
  if (format === undefined) return undefined
  const contentDpr = density(width, wanted)
  return { kind: 'slice', layer: index, start, length: end, format, vary: wanted.vary, contentDpr }
}

/** Whether the client takes a layer as it is. PNG needs no name in `Accept`: every program that shows pictures reads it. */
function mayBeSent(layer: LayerInfo, { params, accepted }: PlanInput, rules: PlanRules): boolean {
  const format = pictureFormatOf(layer.coding)
  if (format === undefined) return false
  if (params.background !== undefined && hasAlpha(layer)) return false
  if (params.frame === 'first' && layer.coding === 'webp-animated') return false
  return acceptedFormats(params, accepted, rules, true).includes(format)
}
