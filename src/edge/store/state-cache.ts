import { LruCache } from '../../core/lru.ts'
import { type ReadyState, type StoredState, servedState } from './state.ts'

/** The record of an image that is served, and when it was read. */
interface Entry {
  readonly state: ReadyState
  readonly readAt: number
  /** Whether a request already reads it again. */
  renewed: boolean
}

/** For how long a record is used: an image that another isolate replaced or deleted is shown no longer than this. */
const FRESH_MS = 1000
/** From this age on one request reads the record again, while the others still use the cached one. */
const RENEW_MS = 700
const KEPT_RECORDS = 512

/** Records of ready images in an isolate, so that a popular image costs one read of the bucket and not two. */
export class StateCache {
  readonly #entries = new LruCache<string, Entry | null>(KEPT_RECORDS)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** The cached record; undefined when there is none, or when the caller should read it again. */
  find(id: string): ReadyState | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    const age = this.#now() - entry.readAt
    if (age >= FRESH_MS) return undefined
    if (age < RENEW_MS || entry.renewed) return entry.state
    entry.renewed = true
    return undefined
  }

  /** Reads a record, and keeps that of the image that is served. */
  async read(
    id: string,
    read: (id: string) => Promise<StoredState | undefined>,
  ): Promise<StoredState | undefined> {
    // The time before the read, so that a change during the read is not hidden for longer.
    const readAt = this.#now()
    const stored = await read(id)
    const state = stored && servedState(stored.state)
    this.#entries.set(id, state ? { state, readAt, renewed: false } : null)
    return stored
  }

  /** To be called after a change made in this isolate. */
  forget(id: string): void {
    this.#entries.set(id, null)
  }
}
