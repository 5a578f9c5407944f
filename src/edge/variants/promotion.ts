import type { Size } from '../../core/box.ts'
import { LruCache } from '../../core/lru.ts'
import type { RenderRequest } from '../origin/render.ts'
import { servedState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { LeaseClient } from './lease-client.ts'
import { type RenderServices, renderOriginal } from './render-original.ts'
import { type VariantName, type VariantStore, variantKey } from './variant-store.ts'

/** A picture that is asked for again and again, to be made once more as well as its format can, as it travels through the queue. */
export interface PromoteJob extends VariantName {
  readonly kind: 'promote'
  readonly request: RenderRequest
  /** Size of the picture in pixels. */
  readonly size: Size
}

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

export interface PromoteServices extends RenderServices {
  readonly store: Pick<ImageStore, 'get' | 'readState'>
  readonly variants: VariantStore | undefined
}

/**
 * Has the origin make a picture once more from the original, taking its time, and puts it in the place of the edge's. It
 * does nothing when that has been done, or the image was replaced or deleted meanwhile.
 * @returns whether the picture was promoted
 * @throws StrataError ORIGIN_*, INPUT_*, STORAGE_FAILED: the edge's picture stays
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
  await variants.keep(job, picture.bytes, store, 'promoted')
  return true
}
