import { StrataError } from '../../core/errors.ts'
import { LruCache } from '../../core/lru.ts'
import { headerLength, readHeader } from '../../format/reader.ts'
import type { StrataHeader } from '../../format/types.ts'
import type { ReadyState } from './state.ts'
import type { ImageStore } from './store.ts'

/** A ready image: its record and the header of the file that the record names. */
export interface LoadedImage {
  readonly id: string
  readonly state: ReadyState
  readonly header: StrataHeader
}

/** Bytes of the first read. 16 layers and a placeholder are below 1 KiB, so nearly always it is the only one. */
const FIRST_READ = 4096

/** Parsed headers of an isolate. A key in the bucket is written once, so an entry is never out of date. */
export class HeaderCache {
  readonly #headers = new LruCache<string, StrataHeader>(512)

  /**
   * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
   * @throws StrataError FORMAT_*
   */
  async read(store: ImageStore, key: string): Promise<StrataHeader | undefined> {
    const cached = this.#headers.get(key)
    if (cached !== undefined) return cached
    let bytes = await readBytes(store, key, FIRST_READ)
    if (bytes === undefined) return undefined
    const length = headerLength(bytes)
    if (length > bytes.length) bytes = await readBytes(store, key, length)
    if (bytes === undefined) return undefined
    const header = readHeader(bytes)
    if (header.layers.length === 0) throw new StrataError('FORMAT_INVALID', 'the stored file has no layer')
    this.#headers.set(key, header)
    return header
  }
}

async function readBytes(store: ImageStore, key: string, length: number): Promise<Uint8Array | undefined> {
  const object = await store.readRange(key, 0, length)
  return await object?.bytes()
}
