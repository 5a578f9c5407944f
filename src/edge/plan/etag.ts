import { decisionKey } from '../transcoder/wire.ts'
import type { TranscodePlan } from './plan.ts'

/**
 * ETag of a JPEG, known without decoding. Weak, because a Transcoder promises the same picture for a request and not the
 * same bytes.
 */
export function jpegEtag(hash: string, plan: TranscodePlan): string {
  return `W/"${hash}.${decisionKey(plan.request, plan.embedModel)}"`
}
