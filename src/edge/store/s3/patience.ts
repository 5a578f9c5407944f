import type { SizedStream } from '../object-store.ts'

/** Aborts `signal` when nothing has happened for so long. The clock runs from `start` to `stop`. */
export class Patience {
  readonly #controller = new AbortController()
  readonly #milliseconds: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  start(): void {
    this.stop()
    this.#timer = setTimeout(() => this.#controller.abort(this.#error()), this.#milliseconds)
  }

  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
  }

  /** Waits for `work`, but no longer. */
  async wait<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error()), this.#milliseconds)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      if (timer !== undefined) clearTimeout(timer)
    }
  }

  #error(): Error {
    return new Error(`nothing came for ${this.#milliseconds} ms`)
  }
}

/** Only workerd has it. */
type FixedLength = new (
  length: number,
) => { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array> }

/** What `fetch` sends of a stream, and a function that ends what is still to come when the request has ended before it. */
export interface OutgoingStream {
  readonly body: ReadableStream<Uint8Array>
  readonly headers: Readonly<Record<string, string>>
  readonly end: () => void
}

/**
 * A stream as the body of a request with Content-Length. The clock stands still while the stream itself is waited for: a
 * client may take its time, the server may not.
 */
export function outgoingStream({ stream, length }: SizedStream, patience: Patience): OutgoingStream {
  const reader = stream.getReader()
  const ending = new AbortController()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        patience.stop()
        const step = await reader.read()
        if (ending.signal.aborted) return controller.error(ending.signal.reason)
        patience.start()
        if (step.done) controller.close()
        else controller.enqueue(step.value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  // Node goes on reading the body of a request that was aborted, so that an endless one would never let it go.
  const end = () => {
    ending.abort()
    reader.cancel().catch(() => undefined)
  }
  // Node takes the length from the header, workerd from the stream.
  const { FixedLengthStream: Fixed } = globalThis as { FixedLengthStream?: FixedLength }
  if (Fixed === undefined) return { body, headers: { 'Content-Length': String(length) }, end }
  const fixed = new Fixed(length)
  // The request reports a failure.
  body.pipeTo(fixed.writable, { signal: ending.signal }).catch(() => undefined)
  return { body: fixed.readable, headers: {}, end }
}
