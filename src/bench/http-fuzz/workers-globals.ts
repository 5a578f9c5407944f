import { createHash } from 'node:crypto'
import { LruCache } from '../../core/lru.ts'

interface CachedBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly headers: readonly [string, string][]
}

/** Number of bodies that the cache keeps. */
const CACHED = 20_000

/** workerd's FixedLengthStream: accepts exactly the declared number of bytes. */
class FixedLength extends TransformStream<Uint8Array, Uint8Array> {
  constructor(length: number) {
    let left = length
    super({
      transform(chunk, controller) {
        left -= chunk.length
        if (left < 0) throw new TypeError('more bytes than declared')
        controller.enqueue(chunk)
      },
      flush() {
        if (left > 0) throw new TypeError('fewer bytes than declared')
      },
    })
  }
}

class Digest extends WritableStream<Uint8Array> {
  readonly digest: Promise<ArrayBuffer>

  constructor(algorithm: string) {
    const hash = createHash(algorithm.replace('-', '').toLowerCase())
    let finish: (digest: ArrayBuffer) => void = () => undefined
    let fail: (reason: unknown) => void = () => undefined
    const digest = new Promise<ArrayBuffer>((resolve, reject) => {
      finish = resolve
      fail = reject
    })
    super({
      write: (chunk) => void hash.update(chunk),
      close: () => finish(Uint8Array.from(hash.digest()).buffer),
      abort: (reason) => fail(reason),
    })
    this.digest = digest
  }
}

/** The Cache API of one data centre. It ignores Vary, like that of Workers. */
class MemoryCache {
  readonly #bodies = new LruCache<string, CachedBody | null>(CACHED)

  async match(key: string): Promise<Response | undefined> {
    const body = this.#bodies.get(key)
    return body ? new Response(body.bytes, { headers: [...body.headers] }) : undefined
  }

  async put(key: string, response: Response): Promise<void> {
    const bytes = new Uint8Array(await response.arrayBuffer())
    this.#bodies.set(key, { bytes, headers: [...response.headers] })
  }

  async delete(key: string): Promise<boolean> {
    const isThere = Boolean(this.#bodies.get(key))
    if (isThere) this.#bodies.set(key, null)
    return isThere
  }
}

/** Adds `duplex: 'half'`, which Node requires for a stream as a body. */
class WorkersRequest extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    super(input, init?.body instanceof ReadableStream ? { duplex: 'half', ...init } : init)
  }
}

/** Defines the globals of workerd that the plugin uses: DigestStream, FixedLengthStream, the Cache API and Request. */
export function installWorkersGlobals(): void {
  Object.assign(crypto, { DigestStream: Digest })
  Object.assign(globalThis, {
    FixedLengthStream: FixedLength,
    Request: WorkersRequest,
    caches: { default: new MemoryCache() },
  })
}
