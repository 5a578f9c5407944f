import { pictureFolder, pictureKey } from '../store/keys.ts'
import { servedState } from '../store/state.ts'
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

/** Name of the metadata of a promoted picture. */
const PROMOTED = 'promoted'

/** A picture, and whether it was found or who made it. */
export interface Variant {
  readonly bytes: Uint8Array
  readonly by: 'edge' | 'origin' | 'cache' | 'bucket'
  /** Media type, where it is not that of the name: the original is sent because it is smaller. */
  readonly type?: string | undefined
  /** Whether it is the best that its format can do, made by a job from the original. */
  readonly promoted?: boolean
}

/**
 * The pictures that are kept in the bucket under `picture/ID/HASH/DECISION`, so that what the Cache API of one place has
 * forgotten is not decoded again. The name determines the picture; its bytes change at most once, when it is promoted
 * (promotion.ts). This is a cache: when the bucket fails, nothing is found.
 */
export class VariantStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async find(name: VariantName): Promise<Variant | undefined> {
    try {
      const object = await this.#bucket.get(variantKey(name))
      if (object === null) return undefined
      const promoted = object.customMetadata?.[PROMOTED] !== undefined
      const type = object.httpMetadata?.contentType
      return { bytes: new Uint8Array(await object.arrayBuffer()), by: 'bucket', type, promoted }
    } catch {
      return undefined
    }
  }

  /** Length in bytes and media type. */
  async measure(name: VariantName): Promise<{ readonly length: number; readonly type: string } | undefined> {
    try {
      const object = await this.#bucket.head(variantKey(name))
      return object === null
        ? undefined
        : { length: object.size, type: object.httpMetadata?.contentType ?? name.type }
    } catch {
      return undefined
    }
  }

  /** Keeps a picture, unless its image was replaced or deleted while it was made: nothing would remove it then. */
  async keep(
    name: VariantName,
    bytes: Uint8Array,
    store: Pick<ImageStore, 'readState'>,
    rank: 'made' | 'promoted' = 'made',
  ): Promise<void> {
    const key = variantKey(name)
    const customMetadata = rank === 'promoted' ? { [PROMOTED]: '1' } : {}
    await this.#bucket.put(key, bytes, { httpMetadata: { contentType: name.type }, customMetadata })
    const state = (await store.readState(name.id))?.state
    if (state === undefined || servedState(state)?.hash !== name.hash) await this.#bucket.delete(key)
  }

  /** Whether the picture is the promoted one. @throws whatever the bucket throws */
  async isPromoted(name: VariantName): Promise<boolean> {
    return (await this.#bucket.head(variantKey(name)))?.customMetadata?.[PROMOTED] !== undefined
  }

  /** How many pictures of a file are kept, up to a thousand, and how many of them are promoted. */
  async census(id: string, hash: string): Promise<{ readonly kept: number; readonly promoted: number }> {
    // The types do not know `include`, but without it R2 lists no metadata.
    const options = { prefix: pictureKey(id, hash), include: ['customMetadata'] } as R2ListOptions
    const { objects } = await this.#bucket.list(options)
    const promoted = objects.filter(({ customMetadata }) => customMetadata?.[PROMOTED] !== undefined)
    return { kept: objects.length, promoted: promoted.length }
  }

  /** Removes the pictures of all versions that the image's record does not name; all of them when there is no record. */
  async removeStale(id: string, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const state = (await store.readState(id))?.state
    const served = state && servedState(state)
    const live = served && pictureKey(id, served.hash)
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
