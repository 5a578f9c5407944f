import { StrataError } from '../core/errors.ts'
import { readAtMost } from './body.ts'
import { jpegEtag, matchesNone, TRANSCODE_VERSION } from './etag.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import { findJpeg, keepJpeg } from './jpeg-cache.ts'
import type { LoadedImage } from './native.ts'
import type { TranscodePlan } from './plan.ts'
import type { KeepAlive, SingleFlight } from './single-flight.ts'
import type { ImageStore } from './store.ts'
import type { ServerTiming } from './timing.ts'
import type { Transcoder } from './transcoder.ts'

/** A JPEG, and whether it was found rather than made. */
export interface Jpeg {
  readonly bytes: Uint8Array
  readonly cached: boolean
}

export interface JpegServices {
  readonly store: ImageStore
  readonly transcoder: Transcoder
  /** One per plugin instance, hence per isolate. Undefined: the file had gone. */
  readonly flights: SingleFlight<Jpeg | undefined>
  readonly keepAlive: KeepAlive
  readonly timing: ServerTiming
}

/** No JPEG of an allowed size comes near this; it bounds the memory an answer of the transcoder may take. */
const MAX_JPEG_BYTES = 32 * 1024 * 1024

/**
 * Answers with a JPEG of the plan's size. The ETag is known beforehand, so a 304 and a HEAD decode nothing; HEAD
 * therefore knows no Content-Length until the JPEG was made once.
 * @returns undefined when the file has gone, because the image was replaced or deleted meanwhile
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

  headers.set('Content-Type', 'image/jpeg')
  const key = cacheKey(request.url, image, plan)
  if (request.method === 'HEAD') {
    const length = (await findJpeg(key))?.headers.get('Content-Length')
    if (length) headers.set('Content-Length', length)
    return new Response(null, { headers })
  }
  const job = () => findOrMake(key, image, plan, services)
  const jpeg = await services.timing.measure('transcode', () =>
    services.flights.run(key, services.keepAlive, job),
  )
  if (jpeg === undefined) return undefined
  services.timing.note('cache', jpeg.cached ? 'hit' : 'miss')
  headers.set('Content-Length', String(jpeg.bytes.length))
  return new Response(jpeg.bytes, { headers })
}

/**
 * Names the decision, never the raw request: the Cache API ignores Vary, and a client must not be able to fill it
 * with copies. The host stays in the key, because a cache belongs to a zone.
 */
function cacheKey(url: string, { id, state }: LoadedImage, plan: TranscodePlan): string {
  const { layer, width, quality, ht } = plan
  const decision = `l${layer}-w${width}-q${quality}-ht${ht}-v${TRANSCODE_VERSION}`
  return new URL(`/.strata/jpeg/${id}/${state.hash}/${decision}`, url).href
}

async function findOrMake(key: string, image: LoadedImage, plan: TranscodePlan, services: JpegServices) {
  const found = await findJpeg(key)
  if (found !== undefined) {
    return { value: { bytes: new Uint8Array(await found.arrayBuffer()), cached: true } }
  }
  const object = await services.store.readRange(image.state.file, 0, plan.length)
  if (object === undefined) return { value: undefined }
  const prefix = new Uint8Array(await object.arrayBuffer())
  const bytes = await transcode(services.transcoder, prefix, plan)
  return { value: { bytes, cached: false }, after: () => keepJpeg(key, bytes) }
}

/** The caller's signal is not passed on: others may be waiting for the same picture. */
async function transcode(
  transcoder: Transcoder,
  prefix: Uint8Array,
  plan: TranscodePlan,
): Promise<Uint8Array> {
  const { layer, width, height, quality, ht } = plan
  try {
    const body = await transcoder.transcode(prefix, { layer, width, height, quality, ht })
    const bytes = await readAtMost(body, MAX_JPEG_BYTES)
    if (bytes === undefined) throw new StrataError('TRANSCODE_FAILED', 'the transcoder sent too many bytes')
    if (bytes.length === 0) throw new StrataError('TRANSCODE_FAILED', 'the transcoder sent no bytes')
    return bytes
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new StrataError('TRANSCODE_FAILED', 'the transcoder failed', { cause: error })
  }
}
