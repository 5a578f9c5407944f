import { LruCache } from '../../core/lru.ts'
import { identity } from '../address/address.ts'
import { IMAGE_CACHE } from './cache-names.ts'

/** The first bytes of an image's file, up to the end of a layer. */
export interface Prefix {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `"H.k"`: the hash of the whole file, and the highest layer in `bytes`. */
  readonly etag: string
  /** `Cache-Control` of the response with which the edge sent or confirmed the bytes; `''` when it is unknown. */
  readonly cacheControl: string
  /** Time of that response, in milliseconds since 1970, minus its `Age` in a cache in between. */
  readonly confirmed: number
}

/** Message on the BroadcastChannel `IMAGE_CACHE` when the store has changed. */
export interface StoreChange {
  /** Key of the image, as `identity` makes it. */
  readonly key: string
  readonly isHeld: boolean
}

/** Number of images above which the oldest are deleted, because a browser's quota is for the whole site. */
const MAX_IMAGES = 500
/** Bytes of prefixes that are kept in the worker's memory when there is no Cache Storage. */
const MAX_MEMORY = 32 * 1024 * 1024

/** Stores prefixes in Cache Storage. It never throws: bytes that the browser refuses or deletes are fetched again. */
export class PrefixStore {
  readonly #memory = new LruCache<string, Prefix>(MAX_MEMORY, ({ bytes }) => bytes.length)
  #cache: Promise<Cache | undefined> | undefined
  #channel: BroadcastChannel | undefined

  async get(image: string): Promise<Prefix | undefined> {
    const cache = await this.#open()
    if (!cache) return this.#memory.get(identity(image))
    try {
      const response = await cache.match(identity(image))
      const etag = response?.headers.get('ETag')
      if (!response || !etag) return undefined
      const cacheControl = response.headers.get('Cache-Control') ?? ''
      const confirmed = Date.parse(response.headers.get('Date') ?? '') || 0
      return { bytes: new Uint8Array(await response.arrayBuffer()), etag, cacheControl, confirmed }
    } catch {
      return undefined
    }
  }

  async put(image: string, prefix: Prefix): Promise<void> {
    const cache = await this.#open()
    if (!cache) return this.#memory.set(identity(image), prefix)
    try {
      const { bytes, etag, cacheControl, confirmed } = prefix
      const headers = { ETag: etag, 'Cache-Control': cacheControl, Date: new Date(confirmed).toUTCString() }
      await cache.put(identity(image), new Response(bytes, { headers }))
      this.#tell(identity(image), true)
      const keys = await cache.keys()
      for (const key of keys.slice(0, Math.max(keys.length - MAX_IMAGES, 0))) {
        await cache.delete(key)
        this.#tell(key.url, false)
      }
    } catch {
      // The quota is used up.
    }
  }

  async delete(image: string): Promise<void> {
    this.#memory.delete(identity(image))
    await (await this.#open())?.delete(identity(image)).catch(() => false)
    this.#tell(identity(image), false)
  }

  /** Keys of all images in Cache Storage. */
  async keys(): Promise<readonly string[]> {
    const requests = await (await this.#open())?.keys().catch(() => [])
    return (requests ?? []).map(({ url }) => url)
  }

  /** Notifies the service worker, which keeps an index of the store. */
  #tell(key: string, isHeld: boolean): void {
    if (!('BroadcastChannel' in globalThis)) return
    this.#channel ??= new BroadcastChannel(IMAGE_CACHE)
    this.#channel.postMessage({ key, isHeld } satisfies StoreChange)
  }

  /** Returns undefined in private windows and on insecure pages, where Cache Storage is missing or refuses. */
  #open(): Promise<Cache | undefined> {
    this.#cache ??= (async () => await globalThis.caches?.open(IMAGE_CACHE))().catch(() => undefined)
    return this.#cache
  }
}
