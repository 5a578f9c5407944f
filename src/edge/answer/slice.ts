import { crc32c } from '../../core/crc32c.ts'
import { StrataError } from '../../core/errors.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { checkPictureType } from '../../format/pictures/check.ts'
import type { LayerInfo } from '../../format/types.ts'
import { sliceEtag } from '../../format/version.ts'
import { planLabel } from '../plan/label.ts'
import type { SlicePlan } from '../plan/types.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { type ByteServices, respondStored } from './stored-bytes.ts'

/**
 * Answers with a layer that is a picture, as it is, or the range of it that is asked for. What is sent under a picture's
 * media type begins as such a picture does; a layer that is read as a whole is checked against its checksum too.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError RANGE_NOT_SATISFIABLE, FORMAT_INVALID, FORMAT_CHECKSUM
 */
export async function respondSlice(
  request: Request,
  image: LoadedImage,
  plan: SlicePlan,
  services: ByteServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { start, length: end, format } = plan
  const layer = image.header.layers[plan.layer] as LayerInfo
  const etag = sliceEtag(image.state.hash, plan.layer)
  const headers = imageHeaders({ ...plan, label: planLabel(plan) }, etag, policy)
  const bytes = {
    ...{ image, start, end, type: mediaTypeOf(format), form: `s${plan.layer}`, etag },
    isStillValid: (ifRange: string | null) => ifRange === null || ifRange.trim() === etag,
    check(read: Uint8Array, isWhole: boolean) {
      checkPictureType(read, layer)
      if (!isWhole || crc32c(read) === layer.checksum) return
      throw new StrataError('FORMAT_CHECKSUM', `layer ${layer.index}: the picture is damaged`)
    },
  }
  return await respondStored(request, headers, bytes, services)
}
