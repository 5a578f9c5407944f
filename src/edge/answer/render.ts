import { mediaTypeOf } from '../../format/media-type.ts'
import { renderDecision, variantEtag } from '../plan/etag.ts'
import { originalLabel, renderLabel } from '../plan/label.ts'
import type { RenderPlan } from '../plan/types.ts'
import { matchesNone } from '../request/conditions.ts'
import { findMeasures, findOrMake, type VariantServices } from '../variants/find-or-make.ts'
import { noLarger } from '../variants/no-larger.ts'
import { type RenderServices, renderOriginal, type StoredOriginal } from '../variants/render-original.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { sendVariant, setType } from './send-variant.ts'
import type { ServerTiming } from './timing.ts'

type RenderAnswerServices = VariantServices & RenderServices & { readonly timing: ServerTiming }

/** An original, and the hash that its pictures are kept under. */
interface RenderSource extends StoredOriginal {
  readonly id: string
  readonly hash: string
}

/**
 * Answers with a picture that the origin makes of the original. The ETag is known beforehand, so a 304 and a HEAD make
 * nothing; HEAD has a Content-Length only where the picture was made before.
 * @returns undefined when the original is gone
 * @throws StrataError INPUT_*, ORIGIN_BUSY, ORIGIN_FAILED, STORAGE_FAILED
 */
export async function respondRendered(
  request: Request,
  source: RenderSource,
  plan: RenderPlan,
  services: RenderAnswerServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { timing } = services
  const { id, hash } = source
  const decision = renderDecision(plan)
  const etag = variantEtag(hash, decision)
  const facts = { ...plan, label: renderLabel(plan.request) }
  const headers = imageHeaders(facts, etag, policy)
  if (matchesNone(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers })
  const type = mediaTypeOf(plan.request.format)
  headers.set('Content-Type', type)
  const name = { id, hash, decision, type }
  if (request.method === 'HEAD') {
    const found = await findMeasures(request.url, name, services)
    if (found !== undefined) {
      headers.set('Content-Length', String(found.length))
      setType(headers, found.type, otherLabel(plan))
    }
    return new Response(null, { headers })
  }
  const make = () => timing.measure('render', () => renderOriginal(source, plan.request, services))
  const picture = await findOrMake(
    request.url,
    name,
    async () => {
      const rendered = await make()
      const picture = rendered && {
        bytes: rendered.bytes,
        by: 'origin' as const,
        type: mediaTypeOf(rendered.format),
      }
      return await noLarger(picture, source, plan.originals, services)
    },
    services,
  )
  if (picture === undefined) return undefined
  return sendVariant(picture, headers, timing, otherLabel(plan))
}

/** Names what is sent in another format than the planned one: a lossless WebP, where that may come, else the original. */
function otherLabel({ request }: RenderPlan): (type: string) => string {
  return (type) => (request.lossless ? renderLabel({ ...request, format: 'webp' }) : originalLabel(type))
}
