/** `acquired`: the caller holds the lease and does the work. `completed`: another holder has just done it. */
export type LeaseOutcome = 'acquired' | 'completed'

interface Waiter {
  readonly holder: string
  readonly leaseMs: number
  readonly resolve: (outcome: LeaseOutcome) => void
}

/**
 * The lease on one piece of work: one holder at a time, the others wait. A holder that does not renew its lease
 * counts as dead, and the longest waiting caller takes its place. The lease lives in memory alone: when it is
 * forgotten, work is done twice, which costs time and nothing else.
 */
export class Lease {
  #holder: string | undefined
  #until = 0
  #waiters: Waiter[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * Resolves at once when nobody holds the lease, else when its holder has done the work, given it up or died.
   * @param holder unique name of the caller
   * @param leaseMs for how long the lease holds from `take`, and from each `renew` on
   */
  take(holder: string, leaseMs: number): Promise<LeaseOutcome> {
    return new Promise((resolve) => {
      this.#waiters.push({ holder, leaseMs, resolve })
      this.#next()
    })
  }

  /** @returns false when another caller has taken the holder's place */
  renew(holder: string, leaseMs: number): boolean {
    if (this.#holder !== holder) return false
    this.#until = Date.now() + leaseMs
    return true
  }

  /** @param done whether the work is done; if not, the next caller does it */
  release(holder: string, done: boolean): void {
    if (this.#holder !== holder) return
    this.#holder = undefined
    if (done) for (const { resolve } of this.#waiters.splice(0)) resolve('completed')
    this.#next()
  }

  /** Gives the lease to the longest waiting caller, once nobody holds it. */
  #next(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiters.length === 0) return
    const left = this.#holder === undefined ? 0 : this.#until - Date.now()
    if (left > 0) {
      this.#timer = setTimeout(() => this.#next(), left)
      return
    }
    const { holder, leaseMs, resolve } = this.#waiters.shift() as Waiter
    this.#holder = holder
    this.#until = Date.now() + leaseMs
    resolve('acquired')
    this.#next()
  }
}
