/** Bytes of a chunk: steps between chunks cost little then, and what each body holds in memory is small. */
const CHUNK_BYTES = 64 * 1024

/** A body that is read once, chunk by chunk. */
export interface Chunks {
  /**
   * The next bytes, undefined at the end. They lie in a buffer that the next call fills again.
   * @param least so many bytes, unless the body ends before or is a stream that a script made. @default a full chunk
   */
  next(least?: number): Promise<Uint8Array | undefined>
  /** Gives up the rest. Never rejects. */
  cancel(reason?: unknown): Promise<void>
}

/**
 * Reads a body through one buffer. A stream's usual reader makes a new buffer of 4 kB for every step instead, which a runtime
 * frees only when it collects garbage: of many large uploads at once it holds more than an isolate has.
 */
export function chunksOf(body: ReadableStream<Uint8Array>): Chunks {
  const filling = fillingReader(body)
  if (filling !== undefined) return filled(filling)
  const reader = body.getReader()
  return {
    next: async () => (await reader.read()).value,
    cancel: (reason) => reader.cancel(reason).catch(() => undefined),
  }
}
function filled(reader: ReadableStreamBYOBReader): Chunks {
  let buffer: ArrayBufferLike | undefined
  return {
    async next(least = CHUNK_BYTES) {
      const view = new Uint8Array(buffer ?? new ArrayBuffer(CHUNK_BYTES))
      // Only workerd waits for so many bytes.
      const step = await (reader.readAtLeast?.(least, view) ?? reader.read(view))
      buffer = step.value?.buffer
      return step.value?.length ? step.value : undefined
    },
    cancel: (reason) => reader.cancel(reason).catch(() => undefined),
  }
}

/** Undefined where the stream cannot fill a buffer that it is given: one that a script made of values. */
function fillingReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' })
  } catch (error) {
    if (error instanceof TypeError && !body.locked) return undefined
    throw error
  }
}

/** The same bytes, of which these that were read before come once more. */
export function resumed(head: Uint8Array, rest: Chunks): Chunks {
  let isBegun = head.length === 0
  return {
    async next(least) {
      if (isBegun) return await rest.next(least)
      isBegun = true
      return head
    },
    cancel: (reason) => rest.cancel(reason),
  }
}

/**
 * The same bytes. When they are given up before their end, the rest is read and dropped: wrangler's local proxy fails the next
 * request of a connection on which a body was read in part only.
 * @param length bytes, as declared
 */
export function readToTheEnd(chunks: Chunks, length: number): Chunks {
  let left = length
  async function next(least?: number): Promise<Uint8Array | undefined> {
    const bytes = await chunks.next(least)
    left -= bytes?.length ?? 0
    return bytes
  }
  return {
    next,
    async cancel(reason) {
      while (left > 0 && (await next().catch(() => undefined)) !== undefined);
      await chunks.cancel(reason)
    },
  }
}
