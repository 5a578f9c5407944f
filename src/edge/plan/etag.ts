import { decisionKey } from '../transcoder/wire.ts'
import type { TranscodePlan } from './plan.ts'

/** ETag of a JPEG, known without decoding. Weak, because two machines may round a pixel differently. */
export function jpegEtag(hash: string, plan: TranscodePlan): string {
  return `W/"${hash}.${decisionKey(plan.request, plan.embedModel)}"`
}
