import { pictureFolder, pictureKey } from '../store/keys.ts'
import type { ImageStore } from '../store/store.ts'

/** Names one picture: the image, its file, and the decision (transcoder/wire.ts) that made the picture of it. */
export interface VariantName {
  readonly id: string
  /** H of the .strata file. */
  readonly hash: string
  readonly decision: string
  /** Media type. */
  readonly type: string
}

/** A picture, and whether it was found or who made it. */
export interface Variant {
  readonly bytes: Uint8Array
  readonly by: 'edge' | 'origin' | 'cache'
}

/**
 * The pictures that are kept in the bucket under `picture/ID/HASH/DECISION`, so that what the Cache API of one place has
 * forgotten is not decoded again. The name determines the content, so an object never changes. This is a cache: when
 * the bucket fails, nothing is found.
 */
export class VariantStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async find(name: VariantName): Promise<Uint8Array | undefined> {
    try {
      const object = await this.#bucket.get(variantKey(name))
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
    } catch {
      return undefined
    }
  }

  /** Length in bytes. */
  async size(name: VariantName): Promise<number | undefined> {
    try {
      return (await this.#bucket.head(variantKey(name)))?.size
    } catch {
      return undefined
    }
  }

  /** Keeps a picture, unless its image was replaced or deleted while it was made: nothing would remove it then. */
  async keep(name: VariantName, bytes: Uint8Array, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const key = variantKey(name)
    await this.#bucket.put(key, bytes, { httpMetadata: { contentType: name.type } })
    const state = (await store.readState(name.id))?.state
    if (state?.status !== 'ready' || state.hash !== name.hash) await this.#bucket.delete(key)
  }

  /** Removes the pictures of all versions that the image's record does not name; all of them when there is no record. */
  async removeStale(id: string, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const state = (await store.readState(id))?.state
    const live = state?.status === 'ready' ? pictureKey(id, state.hash) : undefined
    let cursor: string | undefined
    do {
      const page = await this.#bucket.list({ prefix: pictureFolder(id), ...(cursor && { cursor }) })
      const stale = page.objects.map(({ key }) => key).filter((key) => !live || !key.startsWith(live))
      if (stale.length > 0) await this.#bucket.delete(stale)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
  }
}

/** Key in the bucket; also the name of the lease on making the picture. */
export function variantKey({ id, hash, decision }: Omit<VariantName, 'type'>): string {
  return pictureKey(id, hash, decision)
}
