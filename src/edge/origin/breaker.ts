import { OriginDown } from './origin.ts'

/** Milliseconds for which an origin that did not answer is spared: the first time, and at most. */
const SPARED_MS = { first: 4000, most: 60_000 }
/** Milliseconds after which a probe that said nothing was cut off with its request. */
const PROBE_MS = 15_000

/** One request to the origin that was let through. */
interface Attempt {
  /** Whether the origin did not answer the last time. */
  readonly isSuspect: boolean
  /** Runs the request and learns from how it ends. @throws whatever it throws */
  watch<T>(request: () => Promise<T>): Promise<T>
}

/**
 * Remembers for an isolate that the origin does not answer. Without it every picture that the edge can make as well would
 * wait for the origin first. After a failure no such picture is tried for some seconds, then one of them as a probe, and
 * after each probe that fails the time doubles. What only the origin can make is always tried, and ends the time when it
 * succeeds.
 */
export class OriginBreaker {
  readonly #now: () => number
  /** Failed probes, with the failure before them. */
  #failures = 0
  #sparedUntil = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param isSpare whether the edge can make the picture as well
   * @throws OriginDown where the origin is spared
   */
  begin(isSpare: boolean): Attempt {
    const isSuspect = this.#failures > 0
    if (isSuspect && isSpare) {
      if (this.#now() < this.#sparedUntil)
        throw new OriginDown('the origin did not answer a moment ago, and is not asked yet')
      this.#sparedUntil = this.#now() + PROBE_MS
    }
    const failuresBefore = this.#failures
    return {
      isSuspect,
      watch: async (request) => {
        try {
          const result = await request()
          this.#failures = 0
          return result
        } catch (error) {
          if (!(error instanceof OriginDown)) this.#failures = 0
          // Of requests that began together only the first counts, and of those to a spared origin only the probes.
          else if (this.#failures === failuresBefore && (isSpare || !isSuspect)) this.#fail()
          throw error
        }
      },
    }
  }

  #fail(): void {
    const { first, most } = SPARED_MS
    this.#sparedUntil = this.#now() + Math.min(most, first * 2 ** this.#failures)
    this.#failures++
  }
}
