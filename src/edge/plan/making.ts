import { mediaTypeOf } from '../../format/media-type.ts'
import { variantEtag } from './etag.ts'
import { originalLabel, planLabel, renderLabel } from './label.ts'
import type { RenderPlan, TranscodePlan } from './types.ts'

/**
 * How a picture came to be: the edge made it of a layer; the origin of the original; the origin once more, as small as its
 * format can be; or it is the original itself, without its metadata. One decision may have pictures of several makings. They
 * show the same, but their bytes differ, and so do their ETags.
 */
export const MAKINGS = ['promoted', 'original', 'origin', 'edge'] as const
export type Making = (typeof MAKINGS)[number]

/** What follows the decision in the ETag of a picture that was made in another way than planned. */
const SUFFIX: Readonly<Record<Making, string>> = { edge: '', origin: '-r', promoted: '-p', original: '-o' }

/** The headers of a picture that depend on its making. */
interface MadeVariant {
  readonly etag: string
  /** Value of `Strata-Plan`. */
  readonly label: string
}

/** Whether nothing better can be made of the original in this format. */
export function isBest(making: Making): boolean {
  return making === 'promoted' || making === 'original'
}

/** How the picture of a plan is made unless something prevents it. */
export function plannedMaking({ kind }: TranscodePlan | RenderPlan): Making {
  return kind === 'transcode' ? 'edge' : 'origin'
}

/**
 * ETag and label of a picture of this plan.
 * @param decision names the picture (plan/etag.ts)
 * @param type media type, where it is not the planned one
 */
export function madeVariant(
  hash: string,
  decision: string,
  plan: TranscodePlan | RenderPlan,
  making: Making,
  type: string = mediaTypeOf(plan.request.format),
): MadeVariant {
  const suffix = making === plannedMaking(plan) ? '' : SUFFIX[making]
  const etag = variantEtag(hash, decision + suffix)
  if (making === 'original') return { etag, label: originalLabel(type) }
  if (plan.kind === 'render') return { etag, label: renderLabel(plan.request.width, type) }
  const isHere = making === 'edge' || plan.render === undefined
  return { etag, label: isHere ? planLabel(plan) : renderLabel(plan.request.width, type) }
}
