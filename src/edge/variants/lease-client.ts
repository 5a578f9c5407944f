import type { TranscodeLease } from './durable.ts'
import type { Turn } from './lease.ts'

/** What of a Durable Object's namespace is used; see TranscodeLease. */
export type LeaseNamespace = Pick<DurableObjectNamespace<TranscodeLease>, 'get' | 'idFromName'>

/** The right to make one JPEG, until it is released. */
export interface Held {
  /** @param done whether others find the result where they look for it */
  release(done: boolean): Promise<void>
}

/** A holder that died delays the others by no more than this. */
const LEASE_MS = 5000
/** No longer than this is a lease renewed: a transcoder that never answers must not stop everyone. */
const LONGEST_HOLD_MS = 60_000

/** The leases of a deployment, by name. Where they fail, everybody works without: twice is better than never. */
export class LeaseClient {
  readonly #namespace: LeaseNamespace
  readonly #leaseMs: number

  constructor(namespace: LeaseNamespace, leaseMs = LEASE_MS) {
    this.#namespace = namespace
    this.#leaseMs = leaseMs
  }

  /**
   * Waits until the work of this name is this caller's to do, or done by another.
   * @returns undefined when another has just done it, or the Durable Object fails
   */
  async take(name: string): Promise<Held | undefined> {
    const holder = crypto.randomUUID()
    try {
      const stub = this.#namespace.get(this.#namespace.idFromName(name))
      const turn: Turn = await stub.take(holder, this.#leaseMs)
      return turn === 'yours' ? this.#hold(stub, holder) : undefined
    } catch (error) {
      complain(error)
      return undefined
    }
  }

  #hold(stub: DurableObjectStub<TranscodeLease>, holder: string): Held {
    const since = Date.now()
    const renew = async (): Promise<void> => {
      const ours = Date.now() - since < LONGEST_HOLD_MS && (await stub.renew(holder, this.#leaseMs))
      if (!ours) clearInterval(timer)
    }
    // A lease that cannot be renewed runs out.
    const timer = setInterval(() => void renew().catch(complain), this.#leaseMs / 3)
    return {
      async release(done) {
        clearInterval(timer)
        try {
          await stub.release(holder, done)
        } catch (error) {
          complain(error)
        }
      },
    }
  }
}

function complain(error: unknown): void {
  console.error(JSON.stringify({ event: 'lease-failed', message: String(error) }))
}
