import { decisionKey } from '../transcoder/wire.ts'
import type { TranscodePlan } from './plan.ts'

/**
 * ETag of a picture that is made, known without decoding. Weak, because a Transcoder promises the same picture for a
 * request and not the same bytes.
 */
export function pictureEtag(hash: string, plan: TranscodePlan): string {
  return `W/"${hash}.${decisionKey(plan.request, plan.embedModel)}"`
}
