import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LinkOptions {
  readonly kilobitsPerSecond: number
  /** Milliseconds from a request to the first byte of its response. */
  readonly latencyMs: number
}

/** Bytes of one response that are sent before another response has its turn: a few packets. */
const CHUNK_BYTES = 4096

/** A slow link that all responses of a server share. Chromium's own emulation does not slow down fetches of workers. */
export class SlowLink {
  readonly #options: LinkOptions
  /** The time, by `performance.now()`, at which everything accepted so far has been sent. */
  #free = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /**
   * Sends the body of a response whose head is already written. It ends early when the client disconnects.
   * @returns number of bytes sent
   */
  async send(response: ServerResponse, body: Uint8Array): Promise<number> {
    await sleep(this.#options.latencyMs)
    let sent = 0
    while (sent < body.length && !response.destroyed) {
      const chunk = body.subarray(sent, sent + CHUNK_BYTES)
      await this.#pass(chunk.length)
      response.write(chunk)
      sent += chunk.length
    }
    response.end()
    return sent
  }

  async #pass(bytes: number): Promise<void> {
    const start = Math.max(performance.now(), this.#free)
    this.#free = start + (8 * bytes) / this.#options.kilobitsPerSecond
    await sleep(this.#free - performance.now())
  }
}
