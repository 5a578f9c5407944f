import { isBest, MAKINGS, type Making } from '../plan/making.ts'
import { pictureFolder, pictureKey } from '../store/keys.ts'
import type { ListedObject, ObjectStore } from '../store/object-store.ts'
import { servedState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { Census } from './census.ts'
import { VariantQuota } from './quota.ts'

/** Names one picture: the image, its file, and the decision (transcoder/wire.ts) that made the picture of it. */
export interface VariantName {
  readonly id: string
  /** H of the .strata file. */
  readonly hash: string
  readonly decision: string
  /** Media type. */
  readonly type: string
}

/** Name of the metadata that tell a picture's making. */
const MADE = 'made'

/** A picture, and whether it was found or who made it now. */
export interface Variant {
  readonly bytes: Uint8Array
  readonly by: 'edge' | 'origin' | 'cache' | 'bucket'
  /** Media type, where it is not that of the name: the original is sent because it is smaller. */
  readonly type?: string | undefined
  /** How it came to be, now or before. */
  readonly making: Making
}

/** What is known of a picture without reading it. */
export interface VariantMeasures {
  /** Bytes. */
  readonly length: number
  /** Media type. */
  readonly type: string
  readonly making: Making
}

/**
 * The pictures that are kept in the bucket under `picture/ID/HASH/DECISION`, so that what the Cache API of one place has
 * forgotten is not decoded again. The name determines the picture; its bytes change at most once, when it is promoted
 * (promotion.ts). This is a cache: when the bucket fails, nothing is found.
 */
export class VariantStore {
  readonly #bucket: ObjectStore
  readonly #quota: VariantQuota

  /** @param quota one for each isolate */
  constructor(bucket: ObjectStore, quota = new VariantQuota()) {
    this.#bucket = bucket
    this.#quota = quota
  }

  async find(name: VariantName): Promise<Variant | undefined> {
    try {
      const object = await this.#bucket.get(variantKey(name))
      if (object === undefined) return undefined
      const { contentType: type } = object
      return { bytes: await object.bytes(), by: 'bucket', type, making: makingOf(object) }
    } catch {
      return undefined
    }
  }

  async measure(name: VariantName): Promise<VariantMeasures | undefined> {
    try {
      const object = await this.#bucket.head(variantKey(name))
      if (object === undefined) return undefined
      return { length: object.size, type: object.contentType ?? name.type, making: makingOf(object) }
    } catch {
      return undefined
    }
  }

  /**
   * Keeps a picture, unless its image was replaced or deleted while it was made: nothing would remove it then. Of a file of
   * which so many are kept already no more are, but for the best ones, which take the place of another.
   */
  async keep(
    name: VariantName,
    bytes: Uint8Array,
    store: Pick<ImageStore, 'readState'>,
    making: Making,
  ): Promise<void> {
    const key = variantKey(name)
    const { id, hash } = name
    const count = async () => (await this.census(id, hash)).kept
    if (!isBest(making) && !(await this.#quota.admit(pictureKey(id, hash), count))) return
    const metadata = { [MADE]: making }
    await this.#bucket.put(key, bytes, { contentType: name.type, metadata })
    const state = (await store.readState(name.id))?.state
    if (state === undefined || servedState(state)?.hash !== name.hash) await this.#bucket.delete([key])
  }

  /** Whether the picture is the best one. @throws whatever the bucket throws */
  async isPromoted(name: VariantName): Promise<boolean> {
    const object = await this.#bucket.head(variantKey(name))
    return object !== undefined && isBest(makingOf(object))
  }

  /** How many pictures of a file are kept, up to a thousand, and, where one listing tells it, how many of them are promoted. */
  async census(id: string, hash: string): Promise<Census> {
    const { listsMetadata: metadata } = this.#bucket
    const { entries } = await this.#bucket.list({ prefix: pictureKey(id, hash), metadata })
    return {
      kept: entries.length,
      ...(metadata && { promoted: entries.filter((entry) => isBest(makingOf(entry))).length }),
    }
  }

  /** Removes the pictures of all versions that the image's record does not name; all of them when there is no record. */
  async removeStale(id: string, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const state = (await store.readState(id))?.state
    const served = state && servedState(state)
    const live = served && pictureKey(id, served.hash)
    let after: string | undefined
    do {
      const page = await this.#bucket.list({ prefix: pictureFolder(id), after })
      const keys = page.entries.map(({ key }) => key)
      await this.#bucket.delete(keys.filter((key) => !live || !key.startsWith(live)))
      after = page.more ? keys.at(-1) : undefined
    } while (after !== undefined)
  }
}

function makingOf({ metadata }: ListedObject): Making {
  return MAKINGS.find((making) => making === metadata[MADE]) ?? 'edge'
}

/** Key in the bucket; also the name of the lease on making the picture. */
export function variantKey({ id, hash, decision }: Omit<VariantName, 'type'>): string {
  return pictureKey(id, hash, decision)
}
