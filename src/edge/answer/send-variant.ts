import { originalLabel } from '../plan/label.ts'
import type { Variant } from '../variants/variant-store.ts'
import { from } from './observe.ts'
import type { ServerTiming } from './timing.ts'

/**
 * The answer of a whole picture; `Server-Timing` says whether it was made for this request.
 * @param labelOf as in setType
 */
export function sendVariant(
  { bytes, by, type }: Variant,
  headers: Headers,
  timing: ServerTiming,
  labelOf?: (type: string) => string,
): Response {
  setType(headers, type, labelOf)
  timing.note('cache', by === 'edge' || by === 'origin' ? 'miss' : 'hit')
  headers.set('Content-Length', String(bytes.length))
  return from(by, new Response(bytes, { headers }))
}

/**
 * Says what is sent where the type is not the planned one.
 * @param labelOf the value of `Strata-Plan` by the type. @default that the original is sent
 */
export function setType(headers: Headers, type: string | undefined, labelOf = originalLabel): void {
  if (type === undefined || type === headers.get('Content-Type')) return
  headers.set('Content-Type', type)
  headers.set('Strata-Plan', labelOf(type))
}
