/**
 * What whoever asks for a lease learns: `yours`, do the work; `done`, somebody has just done it.
 */
export type Turn = 'yours' | 'done'

interface Waiter {
  readonly holder: string
  readonly leaseMs: number
  readonly resolve: (turn: Turn) => void
}

/**
 * Who may do one piece of work: one holder at a time, the others wait. A holder that does not renew its lease is taken
 * for dead, and the one that waits longest takes its place. It lives in memory alone: whoever forgets who holds it lets
 * work be done twice, which costs time and nothing else.
 */
export class Lease {
  #holder: string | undefined
  #until = 0
  #waiters: Waiter[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * Resolves at once when nobody holds the lease, else when its holder has done the work, given it up or died.
   * @param holder names whoever asks, like no other
   * @param leaseMs for how long the holder is believed to live from each sign of life on
   */
  take(holder: string, leaseMs: number): Promise<Turn> {
    return new Promise((resolve) => {
      this.#waiters.push({ holder, leaseMs, resolve })
      this.#next()
    })
  }

  /** @returns false when somebody else has taken the holder's place */
  renew(holder: string, leaseMs: number): boolean {
    if (this.#holder !== holder) return false
    this.#until = Date.now() + leaseMs
    return true
  }

  /** @param done whether what all wait for is there; if not, the next one does the work */
  release(holder: string, done: boolean): void {
    if (this.#holder !== holder) return
    this.#holder = undefined
    if (done) for (const { resolve } of this.#waiters.splice(0)) resolve('done')
    this.#next()
  }

  /** Hands the lease to whoever waits longest, once nobody holds it. */
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
    resolve('yours')
    this.#next()
  }
}
