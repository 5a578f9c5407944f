/*
 * Room variants/: pictures that were made of a file or an original, and how each is made only once: the Cache API of a
 * data centre, the bucket, one flight for all requests of an isolate, one lease for all isolates. A variant is named by
 * file and decision, never by request. The room calls a transcoder and the origin, but makes no response and no decision.
 */

import { isBest, MAKINGS } from '../plan/making.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import type { ImageStore } from '../store/store.ts'
import { bodyKey, findBody, keepBody } from './body-cache.ts'
import type { LeaseClient } from './lease-client.ts'
import { makeOnce } from './make-once.ts'
import type { MadePicture } from './make-picture.ts'
import type { SingleFlight } from './single-flight.ts'
import type { Variant, VariantMeasures, VariantName, VariantStore } from './variant-store.ts'

export interface VariantServices {
  readonly store: ImageStore
  /** Undefined: pictures are kept by the Cache API alone. */
  readonly variants: VariantStore | undefined
  /** Undefined: isolates do not wait for one another. */
  readonly leases: LeaseClient | undefined
  /** One per plugin instance, hence per isolate. */
  readonly flights: SingleFlight<Variant | undefined>
  readonly keepAlive: KeepAlive
  /** Finds in the bucket after which a picture is promoted (promotion.ts), so that a better one comes; 0: never. */
  readonly promoteAfter: number
}

/** Header of a body in the Cache API: its making. */
const MADE = 'Strata-Made'
/** Seconds for which a data centre keeps a picture that may be promoted. */
const UNPROMOTED_S = 3600

/**
 * A picture: from the Cache API, from the bucket, from another isolate that is making it, or made here.
 * @param url of the request, whose host belongs to the cache key
 * @param make gives undefined when what the picture is made of is gone
 * @returns undefined when `make` does
 * @throws whatever `make` throws
 */
export async function findOrMake(
  url: string,
  name: VariantName,
  make: () => Promise<MadePicture | undefined>,
  services: VariantServices,
): Promise<Variant | undefined> {
  const { flights, keepAlive } = services
  const key = bodyKey(url, 'picture', name, name.decision)
  return await flights.run(key, keepAlive, async () => {
    const cachedBody = await findBody(key)
    if (cachedBody !== undefined) {
      const { type, making } = measuresOf(cachedBody, name)
      return { value: { bytes: new Uint8Array(await cachedBody.arrayBuffer()), by: 'cache', type, making } }
    }
    const { picture, keep } = await makeOnce(name, services, make)
    if (picture === undefined) return { value: undefined }
    const after = async () => {
      const { bytes, type = name.type, making } = picture
      const seconds = isBest(making) || services.promoteAfter === 0 ? undefined : UNPROMOTED_S
      await Promise.all([keepBody(key, bytes, type, { seconds, headers: { [MADE]: making } }), keep()])
    }
    return { value: picture, after }
  })
}

/** What is known of a picture that was made before; undefined when it was not. */
export async function findMeasures(
  url: string,
  name: VariantName,
  { variants }: Pick<VariantServices, 'variants'>,
): Promise<VariantMeasures | undefined> {
  const cached = await findBody(bodyKey(url, 'picture', name, name.decision))
  const length = cached?.headers.get('Content-Length')
  if (cached && length) return { length: Number(length), ...measuresOf(cached, name) }
  return await variants?.measure(name)
}

function measuresOf({ headers }: Response, { type }: VariantName): Omit<VariantMeasures, 'length'> {
  const making = MAKINGS.find((candidate) => candidate === headers.get(MADE)) ?? 'edge'
  return { type: headers.get('Content-Type') ?? type, making }
}
