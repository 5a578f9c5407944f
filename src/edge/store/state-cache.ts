import { LruCache } from '../../core/lru.ts'
import type { ReadyState, StoredState } from './state.ts'

/** A ready image's record, and when it was read. */
interface Entry {
  readonly state: ReadyState
  readonly readAt: number
  /** Whether somebody reads it again already. */
  renewed: boolean
}

/**
 * For how long a record is believed: what another isolate replaces or deletes is shown no longer than this.
 */
const FRESH_MS = 1000
/** From here on one request reads the record again, while the others go on with what is known. */
const RENEW_MS = 700
const KEPT_RECORDS = 512

/** Records of ready images per isolate, so that an image much asked for costs one read of the bucket and not two. */
export class StateCache {
  readonly #entries = new LruCache<string, Entry | null>(KEPT_RECORDS)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  find(id: string): ReadyState | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    const age = this.#now() - entry.readAt
    if (age >= FRESH_MS) return undefined
    if (age < RENEW_MS || entry.renewed) return entry.state
    entry.renewed = true
    return undefined
  }

  /** Reads a record and keeps it when the image is ready. */
  async read(
    id: string,
    read: (id: string) => Promise<StoredState | undefined>,
  ): Promise<StoredState | undefined> {
    // Counted from before the read: what changes meanwhile must not be believed for longer.
    const readAt = this.#now()
    const stored = await read(id)
    const state = stored?.state
    this.#entries.set(id, state?.status === 'ready' ? { state, readAt, renewed: false } : null)
    return stored
  }

  /** After a change made here. */
  forget(id: string): void {
    this.#entries.set(id, null)
  }
}
