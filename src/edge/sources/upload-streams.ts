/*
 * What an upload flows through. workerd has both streams; elsewhere (Node) what is there takes their place.
 */

interface Hash {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

interface HashingStream extends WritableStream<Uint8Array> {
  /** SHA-256 of all that was written, once the stream is closed. */
  readonly digest: Promise<ArrayBuffer | Uint8Array>
}

/** What workerd alone has, what Node alone has. */
interface Globals {
  readonly FixedLengthStream?: new (length: number) => TransformStream<Uint8Array, Uint8Array>
  readonly process?: {
    getBuiltinModule?(name: 'node:crypto'): { createHash(name: 'sha256'): Hash } | undefined
  }
}

/**
 * A stream whose readable end R2 takes: workerd knows its length. Its writer counts the bytes, and may fill its buffer again
 * after each write.
 */
export function fixedLengthStream(length: number): TransformStream<Uint8Array, Uint8Array> {
  const { FixedLengthStream: Fixed } = globalThis as Globals
  return Fixed
    ? new Fixed(length)
    : new TransformStream({ transform: (bytes, controller) => controller.enqueue(bytes.slice()) })
}

/** A stream that hashes what it takes and keeps nothing of it, except in runtimes with neither of the two ways. */
export function sha256Stream(): HashingStream {
  const { DigestStream } = crypto as { DigestStream?: typeof crypto.DigestStream }
  if (DigestStream) return new DigestStream('SHA-256')
  const hash = (globalThis as Globals).process?.getBuiltinModule?.('node:crypto')?.createHash('sha256')
  const kept: Uint8Array[] = []
  let settle: { resolve(digest: ArrayBuffer | Uint8Array): void; reject(reason: unknown): void }
  const digest = new Promise<ArrayBuffer | Uint8Array>((resolve, reject) => {
    settle = { resolve, reject }
  })
  const stream = new WritableStream<Uint8Array>({
    write(bytes) {
      if (hash) hash.update(bytes)
      else kept.push(bytes.slice())
    },
    async close() {
      const all = async () => await new Response(new Blob(kept as Uint8Array<ArrayBuffer>[])).arrayBuffer()
      settle.resolve(hash ? hash.digest() : await crypto.subtle.digest('SHA-256', await all()))
    },
    abort: (reason) => settle.reject(reason),
  })
  return Object.assign(stream, { digest })
}
