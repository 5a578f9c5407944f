import { jpegEtag } from '../plan/etag.ts'
import type { TranscodePlan } from '../plan/plan.ts'
import { matchesNone } from '../request/conditions.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import { findLength, findOrMake, JPEG_TYPE, type VariantServices } from '../variants/find-or-make.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import type { ServerTiming } from './timing.ts'

type JpegServices = VariantServices & { readonly timing: ServerTiming }

/**
 * Answers with a JPEG of the plan's size. The ETag is known beforehand, so a 304 and a HEAD decode nothing; HEAD
 * therefore has a Content-Length only where the JPEG was made before.
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError TRANSCODER_MISSING, TRANSCODE_*, MODEL_UNKNOWN, FORMAT_*, ENTROPY_CORRUPT, STORAGE_FAILED
 */
export async function respondJpeg(
  request: Request,
  image: LoadedImage,
  plan: TranscodePlan,
  services: JpegServices,
  policy: CachePolicy,
): Promise<Response | undefined> {
  const etag = jpegEtag(image.state.hash, plan)
  const headers = imageHeaders(plan, etag, policy)
  if (matchesNone(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers })

  headers.set('Content-Type', JPEG_TYPE)
  if (request.method === 'HEAD') {
    const length = await findLength(request.url, image, plan, services)
    if (length !== undefined) headers.set('Content-Length', String(length))
    return new Response(null, { headers })
  }
  const { timing } = services
  const jpeg = await timing.measure('transcode', () => findOrMake(request.url, image, plan, services))
  if (jpeg === undefined) return undefined
  timing.note('cache', jpeg.cached ? 'hit' : 'miss')
  headers.set('Content-Length', String(jpeg.bytes.length))
  return new Response(jpeg.bytes, { headers })
}
