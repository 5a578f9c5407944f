import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { decisionKey, jpegEtag, matchesNone } from '../plan/etag.ts'
import type { TranscodePlan } from '../plan/plan.ts'
import type { ImageStore } from '../store/store.ts'
import type { MemoryBudget } from '../transcoder/memory-budget.ts'
import type { TranscodeRequest, Transcoder } from '../transcoder/transcoder.ts'
import { bodyKey, findBody, keepBody } from '../variants/body-cache.ts'
import type { LeaseClient } from '../variants/lease-client.ts'
import { makeOnce } from '../variants/make-once.ts'
import type { JpegName, PersistedJpegs } from '../variants/persisted-jpegs.ts'
import type { KeepAlive, SingleFlight } from '../variants/single-flight.ts'
import { type CachePolicy, imageHeaders } from './headers.ts'
import type { LoadedImage } from './native.ts'
import type { ServerTiming } from './timing.ts'

/** A JPEG, and whether it was found rather than made. */
export interface Jpeg {
  readonly bytes: Uint8Array
  readonly cached: boolean
}

export interface JpegServices {
  readonly store: ImageStore
  /** Undefined: only what was made before is served. */
  readonly transcoder: Transcoder | undefined
  /** Undefined: nothing is kept for longer than the Cache API likes. */
  readonly persisted: PersistedJpegs | undefined
  /** Undefined: isolates do not wait for one another. */
  readonly leases: LeaseClient | undefined
  readonly memory: MemoryBudget
  /** One per plugin instance, hence per isolate. Undefined: the file had gone. */
  readonly flights: SingleFlight<Jpeg | undefined>
  readonly keepAlive: KeepAlive
  readonly timing: ServerTiming
}

const JPEG_TYPE = 'image/jpeg'
/** No JPEG of an allowed size comes near this; it bounds the memory an answer of the transcoder may take. */
const MAX_JPEG_BYTES = 32 * 1024 * 1024

/**
 * Answers with a JPEG of the plan's size. The ETag is known beforehand, so a 304 and a HEAD decode nothing; HEAD
 * therefore knows no Content-Length until the JPEG was made once.
 * @returns undefined when the file has gone, because the image was replaced or deleted meanwhile
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
  const key = bodyKey(request.url, 'jpeg', nameOf(image, plan), decisionKey(plan))
  if (request.method === 'HEAD') {
    const length = await knownLength(key, nameOf(image, plan), services)
    if (length === undefined && services.transcoder === undefined) throw missing()
    if (length !== undefined) headers.set('Content-Length', length)
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

function nameOf({ id, state }: LoadedImage, plan: TranscodePlan): JpegName {
  return { id, hash: state.hash, decision: decisionKey(plan) }
}

/** Content-Length of what was made before. */
async function knownLength(
  key: string,
  name: JpegName,
  { persisted }: JpegServices,
): Promise<string | undefined> {
  const cached = (await findBody(key))?.headers.get('Content-Length')
  return cached ?? (await persisted?.size(name))?.toString()
}

async function findOrMake(key: string, image: LoadedImage, plan: TranscodePlan, services: JpegServices) {
  const { store, persisted, transcoder, memory } = services
  const found = await findBody(key)
  if (found !== undefined) {
    return { value: { bytes: new Uint8Array(await found.arrayBuffer()), cached: true } }
  }
  async function make(): Promise<Uint8Array | undefined> {
    if (transcoder === undefined) throw missing()
    return await memory.hold(plan.length, async () => {
      const object = await store.readRange(image.state.file, 0, plan.length)
      return object && (await transcode(transcoder, new Uint8Array(await object.arrayBuffer()), plan))
    })
  }
  const leases = transcoder && services.leases
  const { bytes, cached, keep } = await makeOnce(nameOf(image, plan), { store, persisted, leases }, make)
  if (bytes === undefined) return { value: undefined }
  const after = async () => {
    await Promise.all([keepBody(key, bytes, JPEG_TYPE), keep()])
  }
  return { value: { bytes, cached }, after }
}

function missing(): StrataError {
  return new StrataError(
    'TRANSCODER_MISSING',
    'this edge has no transcoder: it serves .strata files, and JPEGs that were made and kept before',
  )
}

/** The caller's signal is not passed on: others may be waiting for the same picture. */
async function transcode(
  transcoder: Transcoder,
  prefix: Uint8Array,
  plan: TranscodePlan,
): Promise<Uint8Array> {
  const { layer, width, height, fit, background, quality, ht } = plan
  const request: TranscodeRequest = { layer, width, height, fit, background, quality, ht }
  try {
    const body = await transcoder.transcode(prefix, request)
    const bytes = await readAtMost(body, MAX_JPEG_BYTES)
    if (bytes === undefined) throw new StrataError('TRANSCODE_FAILED', 'the transcoder sent too many bytes')
    if (bytes.length === 0) throw new StrataError('TRANSCODE_FAILED', 'the transcoder sent no bytes')
    return bytes
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new StrataError('TRANSCODE_FAILED', 'the transcoder failed', { cause: error })
  }
}
