import { StrataError } from '../../core/errors.ts'
import { LruCache } from '../../core/lru.ts'
import { headerLength, readHeader } from '../../format/reader.ts'
import type { StrataHeader } from '../../format/types.ts'
import type { ImageStore } from './store.ts'

/** Nearly every header fits (16 layers and a placeholder are below 1 KiB), so one read is enough. */
const FIRST_READ = 4096

/** Parsed headers per isolate. A key in the bucket is written once, so an entry can never be out of date. */
export class HeaderCache {
  readonly #headers = new LruCache<string, StrataHeader>(512)

  /**
   * @returns undefined when the file has gone, because the image was replaced or deleted meanwhile
   * @throws StrataError FORMAT_*
   */
  async read(store: ImageStore, key: string): Promise<StrataHeader | undefined> {
    const known = this.#headers.get(key)
    if (known !== undefined) return known
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
  return object && new Uint8Array(await object.arrayBuffer())
}
