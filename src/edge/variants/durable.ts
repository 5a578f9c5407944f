import { DurableObject } from 'cloudflare:workers'
import { Lease, type Turn } from './lease.ts'

/**
 * The Durable Object of option `lease`, one for each JPEG that is being made: of all isolates that miss it, one decodes.
 * Only misses reach it, and it stores nothing. Export it from the Worker and bind it:
 *
 * @example
 * export { TranscodeLease } from 'strata-cdn/durable'
 * // wrangler.toml: [[durable_objects.bindings]] name = "LEASE", class_name = "TranscodeLease"
 * //                [[migrations]] tag = "v1", new_sqlite_classes = ["TranscodeLease"]
 */
export class TranscodeLease extends DurableObject {
  readonly #lease = new Lease()

  /** See Lease.take. */
  take(holder: string, leaseMs: number): Promise<Turn> {
    return this.#lease.take(holder, leaseMs)
  }

  /** See Lease.renew. */
  renew(holder: string, leaseMs: number): boolean {
    return this.#lease.renew(holder, leaseMs)
  }

  /** See Lease.release. */
  release(holder: string, done: boolean): void {
    this.#lease.release(holder, done)
  }
}
