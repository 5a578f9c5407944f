import type { Origin } from '../origin/origin.ts'
import { type ImageState, isOpen, type OpenState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { ImageEvent } from './events.ts'

/**
 * Milliseconds after which an attempt that has not renewed its lease counts as dead, and a job that nobody has begun
 * counts as lost. A job that only waits in a long queue then gets a second message, which does no harm.
 */
export const LEASE_MS = 60_000

/** One upload to encode, as it travels through the queue. */
export interface EncodeJob {
  readonly kind: 'encode'
  readonly id: string
  readonly token: string
}

export interface IngestServices {
  readonly store: ImageStore
  readonly origin: Origin
  readonly keepOriginal: boolean
  /** Forgets an image's record and removes the pictures of versions that are no more. */
  readonly dropStale: (id: string) => Promise<void>
  /** Calls the hooks and the webhook. */
  readonly announce: (event: ImageEvent) => Promise<void>
  /** Milliseconds after the due time of the next attempt at which it counts as lost. */
  readonly graceMs: number
  /** Replaced in tests. */
  readonly leaseMs?: number
}

/**
 * What happens with the job now. `settled`: nothing. `again`: the next attempt, after this many seconds. `postponed`:
 * the same attempt later, because it could not begin.
 */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'again' | 'postponed'; readonly seconds: number }

export const SETTLED: Outcome = { kind: 'settled' }

/** Whether the record still is the one that this attempt works on. */
export function isOwn(state: ImageState | undefined, claimed: OpenState): state is OpenState {
  if (state === undefined || !isOpen(state)) return false
  return state.token === claimed.token && state.attempt === claimed.attempt
}

/** Seconds to wait after `failures` failed tries: `first`, then twice as long each time, at most `longest`. */
export function backoff(failures: number, first: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)))
}
