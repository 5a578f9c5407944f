import type { LayerInfo } from '../../format/types.ts'
import type { hiddenIn } from './embed.ts'
import { type Content, chooseFormat } from './format.ts'
import type { Frame } from './frame.ts'
import type { PlanInput, PlanRules, TranscodePlan } from './types.ts'
import { type AskedSize, density, type WantedWidth } from './wanted-size.ts'

/** What was asked for. */
export interface Wish {
  readonly input: PlanInput
  readonly rules: PlanRules
  readonly wanted: WantedWidth
  readonly asked: AskedSize
}

/** What was chosen for the picture, beside its frame. */
interface Choice {
  /** The layer that is shown; of a JPEG that hides detail, the layer that is hidden. */
  readonly source: LayerInfo
  readonly embed: ReturnType<typeof hiddenIn>
  /** On JPEG's scale. */
  readonly quality: number
  /** Request headers that size and quality depend on. */
  readonly vary: readonly string[]
  /** Of a layer that is a picture. */
  readonly content?: Content
}

/**
 * The plan to make a picture of one layer, in the format that the client likes best.
 * @throws StrataError as chooseFormat
 */
export function planTranscode(
  { input: { params, accepted }, rules, wanted, asked }: Wish,
  { boxed: { size, scale }, placing }: Frame,
  { source, embed, quality, vary, content }: Choice,
): TranscodePlan {
  const { format, fallbacks } = embed
    ? { format: 'jpeg' as const, fallbacks: [] }
    : chooseFormat(params, accepted, rules, size, content)
  const ht = embed?.model.factor ?? 1
  return {
    kind: 'transcode',
    request: { layer: source.index, ...size, ...placing, format, quality, ht },
    ...(embed && { embedModel: embed.model.id }),
    fallbacks,
    length: source.end,
    vary,
    contentDpr: density(asked.width * scale, wanted),
  }
}
