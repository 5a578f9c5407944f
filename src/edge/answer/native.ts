import { STRATA_TYPE } from '../../format/media-type.ts'
import { prefixEtag } from '../../format/version.ts'
import { planLabel } from '../plan/label.ts'
import type { TruncatePlan } from '../plan/types.ts'
import { rangeStillValid } from '../request/conditions.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { type ByteServices, respondStored } from './stored-bytes.ts'

/**
 * Answers with the bytes [0, plan.length) of the file, or the range of them that is asked for.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError RANGE_NOT_SATISFIABLE
 */
export async function respondNative(
  request: Request,
  image: LoadedImage,
  plan: TruncatePlan,
  services: ByteServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { header, state } = image
  const { layer } = plan
  const etag = prefixEtag(state.hash, layer)
  const headers = imageHeaders({ ...plan, label: planLabel(plan) }, etag, policy)
  const bytes = {
    ...{ image, start: 0, end: plan.length, type: STRATA_TYPE, form: String(layer), etag },
    isStillValid: (ifRange: string | null, from: number) =>
      rangeStillValid(ifRange, from, { hash: state.hash, layer, header }),
  }
  return await respondStored(request, headers, bytes, services)
}
