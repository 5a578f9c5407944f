import type { Size } from '../../core/box.ts'
import { LruCache } from '../../core/lru.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import type { RenderRequest } from '../origin/render.ts'
import { isBest } from '../plan/making.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import { servedState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { LeaseClient } from './lease-client.ts'
import { type RenderServices, renderOriginal } from './render-original.ts'
import { type Variant, type VariantName, type VariantStore, variantKey } from './variant-store.ts'

/** A picture that is asked for again and again, to be made once more as well as its format can, as it travels through the queue. */
export interface PromoteJob extends VariantName {
  readonly kind: 'promote'
  readonly request: RenderRequest
  /** Size of the picture in pixels. */
  readonly size: Size
}

/**
 * Pixels of the largest picture that is promoted. AVIF at effort 4 takes the origin 15 to 35 seconds of a core for it, and
 * 230 MB.
 */
const MAX_PROMOTED_PIXELS = 10e6

/** Pictures of an isolate whose demand is counted here, where no Durable Object counts it for all isolates. */
const COUNTED = 4096

/** Counts how often pictures were found in the bucket by who did not make them. */
export class Demand {
  readonly #counts = new LruCache<string, number>(COUNTED)

  /**
   * Counts one more.
   * @param leases count for all isolates; without them each isolate counts for itself
   * @returns how often by now
   */
  async count(name: VariantName, leases: LeaseClient | undefined): Promise<number> {
    const key = variantKey(name)
    const shared = await leases?.countFound(key)
    if (shared !== undefined) return shared
    const own = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, own)
    return own
  }
}

export interface DemandServices {
  readonly demand: Demand
  readonly leases: LeaseClient | undefined
  readonly jobs: () => { readonly promote: (job: PromoteJob) => Promise<void> }
  readonly keepAlive: KeepAlive
  /** Finds in the bucket after which a picture is promoted; 0: never. */
  readonly promoteAfter: number
}

/**
 * Behind the answer: counts one more who found the picture in the bucket, and has it promoted when these are enough.
 * @param render how the origin makes it, and its size; undefined where it cannot
 */
export function considerPromotion(
  { by, making }: Variant,
  name: VariantName,
  render: Pick<PromoteJob, 'request' | 'size'> | undefined,
  { demand, leases, jobs, promoteAfter, keepAlive }: DemandServices,
): void {
  if (by !== 'bucket' || isBest(making) || promoteAfter === 0 || render === undefined) return
  const { request, size } = render
  // All frames are made in one way only.
  if (request.frames === 'all' || size.width * size.height > MAX_PROMOTED_PIXELS) return
  const consider = async () => {
    if ((await demand.count(name, leases)) !== promoteAfter) return
    await jobs().promote({ kind: 'promote', ...name, request, size })
  }
  keepAlive(
    consider().catch((error) =>
      console.error(JSON.stringify({ event: 'promote-failed', id: name.id, message: String(error) })),
    ),
  )
}

export interface PromoteServices extends RenderServices {
  readonly store: Pick<ImageStore, 'get' | 'readState'>
  readonly variants: VariantStore | undefined
}

/**
 * Has the origin make a picture once more from the original, taking its time, and puts it in the place of the first one. It
 * does nothing when that has been done, or the image was replaced or deleted meanwhile.
 * @returns whether the picture was promoted
 * @throws StrataError ORIGIN_*, INPUT_*, STORAGE_FAILED: the first picture stays
 */
export async function promoteVariant(job: PromoteJob, services: PromoteServices): Promise<boolean> {
  const { variants, store } = services
  const state = (await store.readState(job.id))?.state
  const served = state && servedState(state)
  if (variants === undefined || served?.hash !== job.hash || served.original === undefined) return false
  if (await variants.isPromoted(job)) return false
  const { original, sha256 } = served
  const picture = await renderOriginal({ original, sha256 }, job.request, services, { isAwaited: false })
  const { width, height } = job.size
  // The same address must go on showing the same picture.
  if (picture === undefined || picture.width !== width || picture.height !== height) return false
  await variants.keep({ ...job, type: mediaTypeOf(picture.format) }, picture.bytes, store, 'promoted')
  return true
}
