import { StrataError } from '../../core/errors.ts'
import type { KeepAlive } from '../request/keep-alive.ts'

/**
 * When no job has begun or ended for this long, the running one was cut off together with the request that carried it
 * and will never settle.
 */
const STRANDED_MS = 120_000

/**
 * Runs jobs one after the other, because all requests of an isolate share its memory. A job that fails or is cut off
 * does not hold up the jobs behind it.
 */
export class SerialQueue {
  readonly #capacity: number
  readonly #strandedMs: number
  #waiting = 0
  #lastProgress = 0
  /** Resolves, never rejects, when the last job so far has settled. */
  #tail: Promise<void> = Promise.resolve()

  /** @param capacity jobs that may be in the queue at once, the running one included */
  constructor(capacity: number, strandedMs = STRANDED_MS) {
    this.#capacity = capacity
    this.#strandedMs = strandedMs
  }

  /** @throws StrataError TRANSCODE_BUSY when the queue is full; whatever the job throws */
  async run<T>(keepAlive: KeepAlive, job: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#capacity) {
      throw new StrataError('TRANSCODE_BUSY', `the transcoder has ${this.#waiting} pictures waiting`)
    }
    this.#waiting++
    const turn = this.#tail
    let release = (): void => {}
    this.#tail = new Promise((resolve) => {
      release = resolve
    })
    keepAlive(this.#tail)
    await this.#wait(turn)
    this.#lastProgress = Date.now()
    try {
      return await job()
    } finally {
      this.#lastProgress = Date.now()
      this.#waiting--
      release()
    }
  }

  /**
   * Waits for the turn. When the job before was cut off, one waiter goes on, and its progress makes the others wait
   * again.
   */
  async #wait(turn: Promise<void>): Promise<void> {
    for (;;) {
      if (await endsWithin(turn, this.#strandedMs)) return
      if (Date.now() - this.#lastProgress >= this.#strandedMs) return
    }
  }
}

function endsWithin(turn: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    void turn.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
