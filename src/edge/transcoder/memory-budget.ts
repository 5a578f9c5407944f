import { StrataError } from '../../core/errors.ts'

/** Memory that one job holds. */
interface Holding {
  readonly bytes: number
  readonly since: number
}

/** A job that has not settled by then was cut off with the request that carried it, and its memory is free again. */
const STRANDED_MS = 120_000

/** Bounds the bytes that all jobs of an isolate hold at once: an isolate that runs out of memory fails for everyone. */
export class MemoryBudget {
  readonly #limit: number
  readonly #now: () => number
  readonly #holdings = new Set<Holding>()

  /** @param limit bytes; one job alone may take more */
  constructor(limit: number, now: () => number = Date.now) {
    this.#limit = limit
    this.#now = now
  }

  /** Jobs that hold memory now. */
  get jobs(): number {
    this.#forgetStranded()
    return this.#holdings.size
  }

  /** @throws StrataError TRANSCODE_BUSY when there is no room; whatever the job throws */
  async hold<T>(bytes: number, job: () => Promise<T>): Promise<T> {
    this.#forgetStranded()
    const held = [...this.#holdings].reduce((sum, holding) => sum + holding.bytes, 0)
    if (held > 0 && held + bytes > this.#limit)
      throw new StrataError(
        'TRANSCODE_BUSY',
        `memory: ${this.#holdings.size} pictures are being made, no room for another`,
      )
    const holding = { bytes, since: this.#now() }
    this.#holdings.add(holding)
    try {
      return await job()
    } finally {
      this.#holdings.delete(holding)
    }
  }

  #forgetStranded(): void {
    const now = this.#now()
    for (const holding of this.#holdings) {
      if (now - holding.since >= STRANDED_MS) this.#holdings.delete(holding)
    }
  }
}
