import { MAKINGS, type Making, madeVariant, plannedMaking } from '../plan/making.ts'
import type { RenderPlan, TranscodePlan } from '../plan/types.ts'
import { matchesNone } from '../request/conditions.ts'
import { findMeasures, type VariantServices } from '../variants/find-or-make.ts'
import type { Variant, VariantName } from '../variants/variant-store.ts'
import { from } from './observe.ts'
import type { ServerTiming } from './timing.ts'

type PicturePlan = TranscodePlan | RenderPlan

/**
 * What can be answered without making the picture: 304 to who holds it, however theirs was made, and HEAD. Content-Length is
 * there where the picture was made before.
 * @param headers those of the plan
 * @param isSure whether this edge can make the picture. Where it cannot, HEAD of one that was never made takes making it: the
 * origin may be away, or refuse, and then GET is answered otherwise
 * @returns undefined when it takes the picture
 */
export async function respondEarly(
  { method, url, headers: asked }: Request,
  headers: Headers,
  name: VariantName,
  plan: PicturePlan,
  services: Pick<VariantServices, 'variants'>,
  isSure: boolean,
): Promise<Response | undefined> {
  const condition = asked.get('If-None-Match')
  const isAny = condition?.trim() === '*'
  const held = isAny ? undefined : heldMaking(condition, name, plan)
  if (held === undefined && !isAny && method !== 'HEAD') return undefined
  // The type of an original is not that of the decision.
  const isKnown = held !== undefined && held !== 'original'
  const found = isKnown ? undefined : await findMeasures(url, name, services)
  if (held === undefined && !isAny && found === undefined && !isSure) return undefined
  describe(headers, name, plan, { making: held ?? found?.making ?? plannedMaking(plan), type: found?.type })
  if (held !== undefined || isAny) return new Response(null, { status: 304, headers })
  headers.set('Content-Type', found?.type ?? name.type)
  if (found !== undefined) headers.set('Content-Length', String(found.length))
  return new Response(null, { headers })
}

/** The answer of a whole picture; `Server-Timing` says whether it was made for this request. */
export function sendVariant(
  { bytes, by, making, type }: Variant,
  headers: Headers,
  name: VariantName,
  plan: PicturePlan,
  timing: ServerTiming,
): Response {
  describe(headers, name, plan, { making, type })
  headers.set('Content-Type', type ?? name.type)
  headers.set('Content-Length', String(bytes.length))
  timing.note('cache', by === 'edge' || by === 'origin' ? 'miss' : 'hit')
  return from(by, new Response(bytes, { headers }))
}

/** How the picture that a client holds was made; undefined when it holds none of this decision. */
function heldMaking(condition: string | null, name: VariantName, plan: PicturePlan): Making | undefined {
  const { hash, decision } = name
  return MAKINGS.find((making) => matchesNone(condition, madeVariant(hash, decision, plan, making).etag))
}

function describe(
  headers: Headers,
  { hash, decision }: VariantName,
  plan: PicturePlan,
  { making, type }: Pick<Variant, 'making' | 'type'>,
): void {
  const { etag, label } = madeVariant(hash, decision, plan, making, type)
  headers.set('ETag', etag)
  headers.set('Strata-Plan', label)
}
