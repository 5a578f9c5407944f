import { DurableObject } from 'cloudflare:workers'
import { Lease, type LeaseOutcome } from './lease.ts'

/**
 * The Durable Object of option `lease`, one instance for each JPEG that is being made: of all isolates that miss the
 * JPEG, one decodes. Only misses reach it, and it stores nothing. Export it from the Worker and bind it:
 *
 * @example
 * export { TranscodeLease } from 'strata-cdn/durable'
 * // wrangler.toml: [[durable_objects.bindings]] name = "LEASE", class_name = "TranscodeLease"
 * //                [[migrations]] tag = "v1", new_sqlite_classes = ["TranscodeLease"]
 */
export class TranscodeLease extends DurableObject {
  readonly #lease = new Lease()

  take(holder: string, leaseMs: number): Promise<LeaseOutcome> {
    return this.#lease.take(holder, leaseMs)
  }

  renew(holder: string, leaseMs: number): boolean {
    return this.#lease.renew(holder, leaseMs)
  }

  release(holder: string, done: boolean): void {
    this.#lease.release(holder, done)
  }
}
