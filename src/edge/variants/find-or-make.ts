/*
 * Room variants/: pictures that were made of a file, and how each is made only once: the Cache API of a data centre, the
 * bucket, one flight for all requests of an isolate, one lease for all isolates. A variant is named by file and
 * decision, never by request. The room calls a transcoder but makes no response and no decision.
 */

import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import type { TranscodePlan } from '../plan/plan.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageStore } from '../store/store.ts'
import type { MemoryBudget } from '../transcoder/memory-budget.ts'
import type { TranscodeRequest, Transcoder } from '../transcoder/transcoder.ts'
import { decisionKey } from '../transcoder/wire.ts'
import { bodyKey, findBody, keepBody } from './body-cache.ts'
import type { LeaseClient } from './lease-client.ts'
import { makeOnce } from './make-once.ts'
import type { SingleFlight } from './single-flight.ts'
import type { VariantName, VariantStore } from './variant-store.ts'

/** A picture, and whether it was found rather than made. */
interface Variant {
  readonly bytes: Uint8Array
  readonly cached: boolean
}

export interface VariantServices {
  readonly store: ImageStore
  /** Undefined: only pictures that were made before are served. */
  readonly transcoder: Transcoder | undefined
  /** Undefined: pictures are kept by the Cache API alone. */
  readonly variants: VariantStore | undefined
  /** Undefined: isolates do not wait for one another. */
  readonly leases: LeaseClient | undefined
  readonly memory: MemoryBudget
  /** One per plugin instance, hence per isolate. */
  readonly flights: SingleFlight<Variant | undefined>
  readonly keepAlive: KeepAlive
}

/**
 * Bytes. No picture of an allowed size comes near this; it bounds the memory that an answer of the transcoder may take.
 */
const MAX_PICTURE_BYTES = 32 * 1024 * 1024

/**
 * The picture of this plan: from the Cache API, from the bucket, from another isolate that is making it, or made here.
 * @param url of the request, whose host belongs to the cache key
 * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
 * @throws StrataError TRANSCODER_MISSING, TRANSCODE_*, MODEL_UNKNOWN, FORMAT_*, ENTROPY_CORRUPT, STORAGE_FAILED
 */
export async function findOrMake(
  url: string,
  image: LoadedImage,
  plan: TranscodePlan,
  services: VariantServices,
): Promise<Variant | undefined> {
  const { flights, keepAlive } = services
  const name = nameOf(image, plan)
  const key = bodyKey(url, 'picture', name, name.decision)
  return await flights.run(key, keepAlive, async () => {
    const cachedBody = await findBody(key)
    if (cachedBody !== undefined) {
      return { value: { bytes: new Uint8Array(await cachedBody.arrayBuffer()), cached: true } }
    }
    // Without a transcoder there is nothing to wait for.
    const leases = services.transcoder && services.leases
    const make = () => makePicture(image, plan, services)
    const { bytes, cached, keep } = await makeOnce(name, { ...services, leases }, make)
    if (bytes === undefined) return { value: undefined }
    const after = async () => {
      await Promise.all([keepBody(key, bytes, name.type), keep()])
    }
    return { value: { bytes, cached }, after }
  })
}

/**
 * Length in bytes of a picture that was made before; undefined when it was not.
 * @throws StrataError TRANSCODER_MISSING when it was not and cannot be made
 */
export async function findLength(
  url: string,
  image: LoadedImage,
  plan: TranscodePlan,
  { variants, transcoder }: Pick<VariantServices, 'variants' | 'transcoder'>,
): Promise<number | undefined> {
  const name = nameOf(image, plan)
  const cached = (await findBody(bodyKey(url, 'picture', name, name.decision)))?.headers.get('Content-Length')
  const length = cached ? Number(cached) : await variants?.size(name)
  if (length === undefined && transcoder === undefined) throw transcoderMissing()
  return length
}

function nameOf({ id, state }: LoadedImage, plan: TranscodePlan): VariantName {
  const type = mediaTypeOf(plan.request.format)
  return { id, hash: state.hash, decision: decisionKey(plan.request, plan.embedModel), type }
}

async function makePicture(
  { state }: LoadedImage,
  { length, request }: TranscodePlan,
  { transcoder, memory, store }: VariantServices,
): Promise<Uint8Array | undefined> {
  if (transcoder === undefined) throw transcoderMissing()
  return await memory.hold(length, async () => {
    const object = await store.readRange(state.file, 0, length)
    return object && (await transcode(transcoder, new Uint8Array(await object.arrayBuffer()), request))
  })
}

/** The client's signal is not passed on: others may be waiting for the same picture. */
async function transcode(
  transcoder: Transcoder,
  prefix: Uint8Array,
  request: TranscodeRequest,
): Promise<Uint8Array> {
  try {
    const bytes = await readAtMost(await transcoder.transcode(prefix, request), MAX_PICTURE_BYTES)
    if (bytes === undefined)
      throw new StrataError(
        'TRANSCODE_FAILED',
        `transcoder: expected at most ${MAX_PICTURE_BYTES} bytes, got more`,
      )
    if (bytes.length === 0)
      throw new StrataError('TRANSCODE_FAILED', 'transcoder: expected a picture, got 0 bytes')
    return bytes
  } catch (error) {
    if (error instanceof StrataError) throw error
    throw new StrataError('TRANSCODE_FAILED', 'the transcoder failed', { cause: error })
  }
}

function transcoderMissing(): StrataError {
  return new StrataError(
    'TRANSCODER_MISSING',
    'this edge has no transcoder: it serves .strata files, and pictures that were made and kept before',
  )
}
