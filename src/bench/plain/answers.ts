import { StrataError } from '../../core/errors.ts'
import { DEFAULT_RULES } from '../../edge/plan/default-rules.ts'
import { makePlan } from '../../edge/plan/plan.ts'
import type { PlanRules, TranscodePlan } from '../../edge/plan/types.ts'
import { readAccept } from '../../edge/request/accept.ts'
import { readHints } from '../../edge/request/hints.ts'
import { parseImageParams } from '../../edge/request/params.ts'
import { EMBED_MODELS } from '../../edge/transcoder/embed-models.ts'
import type { StrataHeader } from '../../format/types.ts'

/** Formats in which a plain picture is requested, by `Accept`. */
export const FORMATS = ['avif', 'webp', 'jpeg'] as const
export type Format = (typeof FORMATS)[number]

const ACCEPT: Readonly<Record<Format, string>> = {
  avif: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  webp: 'image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  jpeg: '*/*',
}

/** Plan rules of signed URLs, with which every quality is used unrounded. */
const RULES: PlanRules = { ...DEFAULT_RULES, embedModels: EMBED_MODELS, exactQuality: true, canRender: false }

/**
 * The plan of an edge with default options for `?w=`.
 * @param quality value of `q`. @default the edge's decision without `q`
 */
export function planAnswer(
  header: StrataHeader,
  width: number,
  format: Format,
  quality?: number,
): TranscodePlan {
  const query = new URLSearchParams({ w: String(width) })
  if (quality !== undefined) query.set('q', String(quality))
  const headers = new Headers({ Accept: ACCEPT[format] })
  const input = {
    params: parseImageParams(query),
    hints: readHints(headers),
    accepted: readAccept(headers.get('Accept')),
  }
  const plan = makePlan(header, input, RULES)
  if (plan.kind === 'transcode') return plan
  throw new StrataError('INTERNAL', `plan: expected a picture for Accept: ${ACCEPT[format]}, got a file`)
}
