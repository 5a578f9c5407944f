import { MAX_UNSIZED_BYTES, type SizedUpload, type UploadBody } from './upload-body.ts'

/** Bytes: a quarter of an isolate's memory. */
const MOST_BYTES = 2 * MAX_UNSIZED_BYTES

interface HeldLimits {
  /** Bytes of all bodies. @default 32 MiB */
  readonly limit?: number
  /** Bytes of the largest body. @default 16 MiB */
  readonly largest?: number
  /** Milliseconds that a body waits for room. */
  readonly waitMs: number
  /** Milliseconds without a chunk after which a body, which may have been cut off with its request, loses its room. */
  readonly silentMs: number
}

interface Holder {
  bytes: number
  heard: number
}

/** What one body holds. */
interface Holding {
  /** Waits for room for further bytes. @returns false where there was none in time */
  grow(bytes: number): Promise<boolean>
  end(): void
}

/**
 * Bounds the bytes that an isolate holds of bodies whose lengths nobody knows before they end. Each takes room as it grows. The
 * one that began first always finds some, so that they never all wait for one another; the others share the rest.
 */
export class HeldBytes {
  readonly #limits: Required<HeldLimits>
  /** In the order in which they began. */
  readonly #holders = new Set<Holder>()
  #waiting: (() => void)[] = []

  constructor(limits: HeldLimits) {
    this.#limits = { limit: MOST_BYTES, largest: MAX_UNSIZED_BYTES, ...limits }
  }

  begin(): Holding {
    const holder = { bytes: 0, heard: performance.now() }
    return {
      grow: (bytes) => this.#grow(holder, bytes),
      end: () => {
        if (this.#holders.delete(holder)) this.#wake()
      },
    }
  }

  async #grow(holder: Holder, bytes: number): Promise<boolean> {
    holder.heard = performance.now()
    // One that was thought to be cut off comes back.
    this.#holders.add(holder)
    while (!this.#hasRoom(holder, bytes)) {
      const left = holder.heard + this.#limits.waitMs - performance.now()
      if (left <= 0) return false
      await this.#change(left)
    }
    holder.bytes += bytes
    return true
  }

  #hasRoom(holder: Holder, bytes: number): boolean {
    const { limit, largest, silentMs } = this.#limits
    for (const other of this.#holders)
      if (other !== holder && performance.now() - other.heard >= silentMs) this.#holders.delete(other)
    const [eldest, ...others] = this.#holders
    if (holder === eldest) return true
    return others.reduce((sum, other) => sum + other.bytes, bytes) <= limit - largest
  }

  /** Until another body ends, or for so many milliseconds. */
  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    const woken = this.#waiting
    this.#waiting = []
    for (const resolve of woken) resolve()
  }
}

/**
 * The same upload with its length, which a bucket has to know: where nobody told it, the body is read into memory, once, and
 * given out of it.
 * @param hold waits for room for so many bytes; where it throws, the body is given up
 * @throws whatever `hold` and the body throw
 */
export async function sized(
  upload: UploadBody,
  hold: (bytes: number) => Promise<void>,
): Promise<SizedUpload> {
  const { length, chunks } = upload
  if (length !== undefined) return { ...upload, length }
  const parts: Uint8Array[] = []
  let total = 0
  try {
    for (let bytes = await chunks.next(); bytes !== undefined; bytes = await chunks.next()) {
      await hold(bytes.length)
      parts.push(bytes.slice())
      total += bytes.length
    }
  } catch (error) {
    await chunks.cancel(error)
    throw error
  }
  const held = {
    next: async () => parts.shift(),
    cancel: async () => void parts.splice(0),
  }
  return { ...upload, length: total, chunks: held }
}
