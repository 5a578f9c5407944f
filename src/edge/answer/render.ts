import { mediaTypeOf } from '../../format/media-type.ts'
import { renderDecision } from '../plan/etag.ts'
import { madeVariant } from '../plan/making.ts'
import type { PlannedRender, RenderPlan } from '../plan/types.ts'
import { findOrMake, type VariantServices } from '../variants/find-or-make.ts'
import { noLarger } from '../variants/no-larger.ts'
import { considerPromotion, type DemandServices } from '../variants/promotion.ts'
import { type RenderServices, renderOriginal, type StoredOriginal } from '../variants/render-original.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { respondEarly, sendVariant } from './send-variant.ts'
import type { ServerTiming } from './timing.ts'

type RenderAnswerServices = VariantServices &
  RenderServices &
  DemandServices & { readonly timing: ServerTiming }

/** An original, and the hash that its pictures are kept under. */
interface RenderSource extends StoredOriginal {
  readonly id: string
  readonly hash: string
}

/**
 * Answers with a picture that the origin makes of the original. The ETag is known beforehand, so a 304 makes nothing. HEAD
 * has the picture made, because only the origin knows whether it can be.
 * @returns undefined when the original is gone
 * @throws StrataError INPUT_*, ORIGIN_BUSY, ORIGIN_FAILED, STORAGE_FAILED
 */
export async function respondRendered(
  request: Request,
  source: RenderSource,
  plan: RenderPlan | PlannedRender,
  services: RenderAnswerServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { timing } = services
  const { id, hash } = source
  const decision = renderDecision(plan)
  const type = mediaTypeOf(plan.request.format)
  const name = { id, hash, decision, type }
  const planned = madeVariant(hash, decision, plan, 'origin')
  const headers = imageHeaders({ ...plan, ...planned }, planned.etag, policy)
  const early = await respondEarly(request, headers, name, plan, services, false)
  if (early !== undefined) return early

  const patience = { isSpare: hasEqual(plan) }
  const make = () => timing.measure('render', () => renderOriginal(source, plan.request, services, patience))
  const picture = await findOrMake(
    request.url,
    name,
    async () => {
      const rendered = await make()
      const picture = rendered && {
        bytes: rendered.bytes,
        by: 'origin' as const,
        making: 'origin' as const,
        type: mediaTypeOf(rendered.format),
      }
      return await noLarger(picture, source, plan.originals, services)
    },
    services,
  )
  if (picture === undefined) return undefined
  if ('size' in plan) considerPromotion(picture, name, plan, services)
  return sendVariant(picture, headers, name, plan, timing)
}

/** Whether the edge can make the picture as large, in a format that the client likes less. */
function hasEqual(plan: RenderPlan | PlannedRender): boolean {
  if (!('size' in plan) || plan.otherwise?.kind !== 'transcode') return false
  const { width, height } = plan.otherwise.request
  return width === plan.size.width && height === plan.size.height
}
