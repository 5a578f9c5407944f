import { DurableObject } from 'cloudflare:workers'
import { Lease, type LeaseOutcome } from './lease.ts'

/**
 * The Durable Object of option `lease`, one instance for each picture that is being made: of all isolates that miss the
 * picture, one makes it; and how often it was found by the others is counted (option `promote`). Only misses of a data
 * centre's cache reach it, and it stores nothing. Export it from the Worker and bind it:
 *
 * @example
 * export { TranscodeLease } from 'strata-cdn/durable'
 * // wrangler.toml: [[durable_objects.bindings]] name = "LEASE", class_name = "TranscodeLease"
 * //                [[migrations]] tag = "v1", new_sqlite_classes = ["TranscodeLease"]
 */
export class TranscodeLease extends DurableObject {
  readonly #lease = new Lease()
  #found = 0

  take(holder: string, leaseMs: number): Promise<LeaseOutcome> {
    return this.#lease.take(holder, leaseMs)
  }

  renew(holder: string, leaseMs: number): boolean {
    return this.#lease.renew(holder, leaseMs)
  }

  release(holder: string, done: boolean): void {
    this.#lease.release(holder, done)
  }

  countFound(): number {
    return ++this.#found
  }
}
