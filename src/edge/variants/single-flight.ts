import type { KeepAlive } from '../request/keep-alive.ts'

interface Flight<T> {
  readonly result: Promise<T>
  readonly started: number
}

/** A job that has not settled by then was cut off with the request that carried it, and must not be waited for. */
const STRANDED_MS = 120_000

/**
 * Runs one job per key at a time: everyone who asks for the same key meanwhile gets the same promise. The entry is
 * dropped when the job settles, so a failure is never remembered.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param job gives the result, and `after`: work (such as filling a cache) during which the key still counts as in
   * flight, so that nobody starts the job again before the cache holds its result
   */
  run(
    key: string,
    keepAlive: KeepAlive,
    job: () => Promise<{ readonly value: T; readonly after?: () => Promise<void> }>,
  ): Promise<T> {
    const running = this.#flights.get(key)
    if (running !== undefined && this.#now() - running.started < STRANDED_MS) return running.result
    const outcome = job()
    const flight = { result: outcome.then(({ value }) => value), started: this.#now() }
    this.#flights.set(key, flight)
    const settled = outcome
      .then(({ after }) => after?.())
      .catch(() => undefined)
      .finally(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
      })
    keepAlive(settled)
    return flight.result
  }
}
