import type { ImageStore } from '../store/store.ts'

/** Of one JPEG: whose it is, of which file, and the decision (etag.ts) that made it. */
export interface JpegName {
  readonly id: string
  /** H of the .strata file. */
  readonly hash: string
  readonly decision: string
}

/**
 * JPEGs that were made once, in the bucket under `jpeg/ID/HASH/DECISION`: what the Cache API of one place has forgotten
 * is decoded nowhere again. Names tell the content, so an object never changes. They are a cache: a bucket that fails is
 * as good as an empty one.
 */
export class PersistedJpegs {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async find(name: JpegName): Promise<Uint8Array | undefined> {
    try {
      const object = await this.#bucket.get(jpegKey(name))
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
    } catch {
      return undefined
    }
  }

  /** Length in bytes. */
  async size(name: JpegName): Promise<number | undefined> {
    try {
      return (await this.#bucket.head(jpegKey(name)))?.size
    } catch {
      return undefined
    }
  }

  /** Keeps a JPEG, unless its image was replaced or deleted while it was made: then nobody would remove it. */
  async keep(name: JpegName, bytes: Uint8Array, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const key = jpegKey(name)
    await this.#bucket.put(key, bytes, { httpMetadata: { contentType: 'image/jpeg' } })
    const state = (await store.readState(name.id))?.state
    if (state?.status !== 'ready' || state.hash !== name.hash) await this.#bucket.delete(key)
  }

  /** Removes those of versions that the image's record does not name, all of them when it has none. */
  async removeStale(id: string, store: Pick<ImageStore, 'readState'>): Promise<void> {
    const state = (await store.readState(id))?.state
    const live = state?.status === 'ready' ? jpegKey({ id, hash: state.hash, decision: '' }) : undefined
    let cursor: string | undefined
    do {
      const page = await this.#bucket.list({ prefix: `jpeg/${id}/`, ...(cursor && { cursor }) })
      const stale = page.objects.map(({ key }) => key).filter((key) => !live || !key.startsWith(live))
      if (stale.length > 0) await this.#bucket.delete(stale)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
  }
}

/** Key in the bucket. */
export function jpegKey({ id, hash, decision }: JpegName): string {
  return `jpeg/${id}/${hash}/${decision}`
}
