import type { Variant } from '../variants/variant-store.ts'
import { from } from './observe.ts'
import type { ServerTiming } from './timing.ts'

/** The answer of a whole picture; `Server-Timing` says whether it was made for this request. */
export function sendVariant({ bytes, by }: Variant, headers: Headers, timing: ServerTiming): Response {
  timing.note('cache', by === 'edge' || by === 'origin' ? 'miss' : 'hit')
  headers.set('Content-Length', String(bytes.length))
  return from(by, new Response(bytes, { headers }))
}
