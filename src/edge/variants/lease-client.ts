import type { LeaseOutcome } from './lease.ts'

/** `TranscodeLease`, as its callers see it. */
interface LeaseStub {
  take(holder: string, leaseMs: number): Promise<LeaseOutcome>
  renew(holder: string, leaseMs: number): Promise<boolean>
  release(holder: string, done: boolean): Promise<void>
  countFound(): Promise<number>
}

/** The namespace of `TranscodeLease`, as far as it is used: a `DurableObjectNamespace<TranscodeLease>`. */
export interface LeaseNamespace {
  idFromName(name: string): unknown
  get(id: unknown): LeaseStub
}

/** The right to make one picture, until it is released. */
export interface HeldLease {
  /** @param done whether others can find the result now */
  release(done: boolean): Promise<void>
}

/** For how long at most a dead holder delays the others. */
const LEASE_MS = 5000
/** For how long a lease is renewed: a transcoder that never answers must not stop the others. */
const LONGEST_HOLD_MS = 60_000

/** The leases of a deployment, by name. When they fail, each isolate works without: twice is better than never. */
export class LeaseClient {
  readonly #namespace: LeaseNamespace
  readonly #leaseMs: number

  constructor(namespace: LeaseNamespace, leaseMs = LEASE_MS) {
    this.#namespace = namespace
    this.#leaseMs = leaseMs
  }

  /**
   * Waits until this caller holds the lease of this name, or another holder has done the work.
   * @returns undefined when another has just done it, or the Durable Object fails
   */
  async take(name: string): Promise<HeldLease | undefined> {
    const holder = crypto.randomUUID()
    try {
      const stub = this.#namespace.get(this.#namespace.idFromName(name))
      const outcome: LeaseOutcome = await stub.take(holder, this.#leaseMs)
      return outcome === 'acquired' ? this.#hold(stub, holder) : undefined
    } catch (error) {
      logFailure(error)
      return undefined
    }
  }

  /** Counts that the work of this name was found done. @returns how often by now; undefined when the Durable Object fails */
  async countFound(name: string): Promise<number | undefined> {
    try {
      return await this.#namespace.get(this.#namespace.idFromName(name)).countFound()
    } catch (error) {
      logFailure(error)
      return undefined
    }
  }

  #hold(stub: LeaseStub, holder: string): HeldLease {
    const since = Date.now()
    const renew = async (): Promise<void> => {
      const isOurs = Date.now() - since < LONGEST_HOLD_MS && (await stub.renew(holder, this.#leaseMs))
      if (!isOurs) clearInterval(timer)
    }
    // A lease that cannot be renewed runs out.
    const timer = setInterval(() => void renew().catch(logFailure), this.#leaseMs / 3)
    return {
      async release(done) {
        clearInterval(timer)
        try {
          await stub.release(holder, done)
        } catch (error) {
          logFailure(error)
        }
      },
    }
  }
}

function logFailure(error: unknown): void {
  console.error(JSON.stringify({ event: 'lease-failed', message: String(error) }))
}
