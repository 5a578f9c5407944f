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
   * @param file key and length, as the record names them
   * @returns undefined when the file is gone, because the image was replaced or deleted meanwhile
   * @throws StrataError FORMAT_*, also where the file is shorter or longer than the record says
   */
  async read(
    store: ImageStore,
    { file: key, bytes: size }: Pick<ReadyState, 'file' | 'bytes'>,
  ): Promise<StrataHeader | undefined> {
    const cached = this.#headers.get(key)
    if (cached !== undefined) return cached
    const object = await store.readRange(key, 0, FIRST_READ)
    if (object === undefined) return undefined
    let bytes: Uint8Array | undefined = await object.bytes()
    if (object.size !== size)
      throw new StrataError('FORMAT_TRUNCATED', `the stored file: expected ${size} bytes, got ${object.size}`)
    const length = headerLength(bytes)
    if (length > bytes.length) bytes = await (await store.readRange(key, 0, length))?.bytes()
    if (bytes === undefined) return undefined
    const header = readHeader(bytes)
    if (header.layers.length === 0) throw new StrataError('FORMAT_INVALID', 'the stored file has no layer')
    this.#headers.set(key, header)
    return header
  }
}
