import { OBJECT_FOLDERS, STATES, stateKey } from '../../edge/store/keys.ts'
import type {
  ListedObject,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  Page,
  PutOptions,
  SizedStream,
  StoredObject,
} from '../../edge/store/object-store.ts'

interface Kept extends ObjectInfo {
  readonly content: Uint8Array
}

const MOST_LISTED = 1000
const DEFAULT_TYPE = 'application/octet-stream'

/** A bucket in the memory of this process. A read sees every completed write, and conditional writes are atomic. */
export class MemoryStore implements ObjectStore {
  readonly listsMetadata = true
  /** Objects by folder, so that listing one image or all records is fast. */
  readonly #folders = new Map<string, Map<string, Kept>>()
  #writes = 0

  async get(key: string, range?: { readonly start: number; readonly end: number }) {
    const object = this.#find(key)
    if (object === undefined) return undefined
    const { content, ...info } = object
    if (range && range.start >= content.length)
      throw new RangeError(`${key}: ${range.start} lies behind its ${content.length} bytes`)
    const part = range ? content.subarray(range.start, range.end) : content
    return { ...info, body: streamOf(part), bytes: async () => part.slice() } satisfies StoredObject
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#find(key)
  }

  async put(
    key: string,
    body: Uint8Array | string | SizedStream,
    { contentType = DEFAULT_TYPE, metadata = {}, onlyIf }: PutOptions = {},
  ): Promise<string | undefined> {
    const content = await contentOf(body)
    const before = this.#find(key)
    if (onlyIf === 'absent' ? before !== undefined : onlyIf && before?.etag !== onlyIf.etag) return undefined
    const etag = String(++this.#writes)
    const info = { key, size: content.length, uploaded: Date.now(), metadata, etag, contentType }
    const folder = folderOf(key)
    const objects = this.#folders.get(folder) ?? new Map<string, Kept>()
    this.#folders.set(folder, objects.set(key, { ...info, content }))
    return etag
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const objects = this.#folders.get(folderOf(key))
      objects?.delete(key)
      if (objects?.size === 0) this.#folders.delete(folderOf(key))
    }
  }

  async list({ prefix, after = '', limit = MOST_LISTED }: ListOptions): Promise<Page<ListedObject>> {
    const isNarrow = prefix.startsWith(STATES) || prefix.split('/').length > 2
    const folders = isNarrow ? [this.#folders.get(folderOf(prefix)) ?? new Map()] : this.#folders.values()
    const all = [...folders].flatMap((objects) => [...objects.values()])
    const found = all.filter(({ key }) => key.startsWith(prefix) && key > after)
    found.sort((a, b) => (a.key < b.key ? -1 : 1))
    return { entries: found.slice(0, limit), more: found.length > limit }
  }

  async check(): Promise<void> {}

  /** Version of an object; undefined if there is none. */
  versionOf(key: string): string | undefined {
    return this.#find(key)?.etag
  }

  /** Keys and versions of all objects of an image. */
  objectsOf(id: string): string[] {
    const folders = OBJECT_FOLDERS.map((name) => this.#folders.get(`${name}/${id}`))
    const objects = folders.flatMap((folder) => [...(folder?.values() ?? [])])
    return [this.#find(stateKey(id)) ?? [], objects].flat().map(({ key, etag }) => `${key} ${etag}`)
  }

  #find(key: string): Kept | undefined {
    return this.#folders.get(folderOf(key))?.get(key)
  }
}

function folderOf(key: string): string {
  return key.startsWith(STATES) ? STATES : key.split('/', 2).join('/')
}

async function contentOf(body: Uint8Array | string | SizedStream): Promise<Uint8Array> {
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body.slice()
  return new Uint8Array(await new Response(body.stream).arrayBuffer())
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (content.length > 0) controller.enqueue(content.slice())
      controller.close()
    },
  })
}
