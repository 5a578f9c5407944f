import { hasCode } from '../../core/errors.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { pictureDecision } from '../plan/etag.ts'
import { madeVariant } from '../plan/making.ts'
import type { TranscodePlan } from '../plan/types.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import { findOrMake, type VariantServices } from '../variants/find-or-make.ts'
import { FORMAT_FAULTS, type MakeServices, makePicture } from '../variants/make-picture.ts'
import { noLarger } from '../variants/no-larger.ts'
import { considerPromotion, type DemandServices } from '../variants/promotion.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { respondEarly, sendVariant } from './send-variant.ts'
import type { ServerTiming } from './timing.ts'

type PictureServices = VariantServices & MakeServices & DemandServices & { readonly timing: ServerTiming }

/**
 * Answers with a picture of the plan's size and format; where the encoder of that format fails, in the next format that
 * the client takes. The ETag is known beforehand, so a 304 and, where there is a transcoder, a HEAD make nothing; HEAD
 * therefore has a Content-Length only where the picture was made before.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError TRANSCODER_MISSING, TRANSCODE_*, NOT_ACCEPTABLE, INPUT_TOO_LARGE, MODEL_UNKNOWN, FORMAT_*,
 * ENTROPY_CORRUPT, STORAGE_FAILED
 */
export async function respondPicture(
  request: Request,
  image: LoadedImage,
  plan: TranscodePlan,
  services: PictureServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  try {
    return await respondInFormat(request, image, plan, services, policy)
  } catch (error) {
    const [format, ...fallbacks] = plan.fallbacks
    if (format === undefined || !hasCode(error, ...FORMAT_FAULTS)) throw error
    console.error(
      JSON.stringify({ event: 'format-fallback', from: plan.request.format, to: format, code: error.code }),
    )
    const next = {
      ...plan,
      request: { ...plan.request, format },
      ...(plan.render && { render: { ...plan.render, format } }),
      fallbacks,
    }
    return await respondPicture(request, image, next, services, policy)
  }
}

async function respondInFormat(
  request: Request,
  image: LoadedImage,
  plan: TranscodePlan,
  services: PictureServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const { id, state } = image
  const decision = pictureDecision(plan)
  const name = { id, hash: state.hash, decision, type: mediaTypeOf(plan.request.format) }
  const planned = madeVariant(state.hash, decision, plan, 'edge')
  const headers = imageHeaders({ ...plan, ...planned, hides: plan.request.ht !== 1 }, planned.etag, policy)
  const early = await respondEarly(request, headers, name, plan, services, services.transcoder !== undefined)
  if (early !== undefined) return early
  const { timing } = services
  const { original, sha256 } = state
  const source = original === undefined ? undefined : { original, sha256 }
  const make = () =>
    timing.measure('transcode', async () =>
      noLarger(await makePicture(image, plan, services), source, plan.originals, services),
    )
  const picture = await findOrMake(request.url, name, make, services)
  if (picture === undefined) return undefined
  const { width, height } = plan.request
  const render = plan.render && { request: plan.render, size: { width, height } }
  considerPromotion(picture, name, render, services)
  return sendVariant(picture, headers, name, plan, timing)
}
