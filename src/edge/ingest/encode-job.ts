import { type ImageState, isOpen, type OpenState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import type { ImageEvent } from './events.ts'
import type { Origin } from './origin.ts'

/**
 * An attempt renews its lease while it works; one that has not for so long is taken for dead, and a job that nobody has
 * begun is taken for lost. Where it only waits in a long queue, that makes one message too many, which does no harm.
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
  /** Tells hooks and webhooks. */
  readonly announce: (event: ImageEvent) => Promise<void>
  /** Milliseconds after the time of the next attempt at which whoever should begin it is taken for dead. */
  readonly graceMs: number
  /** Replaced in tests. */
  readonly leaseMs?: number
}

/**
 * What is to be done with the job: nothing any more; the next attempt after so many seconds; or the same one once
 * more, because it could not begin.
 */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'again' | 'postponed'; readonly seconds: number }

export const SETTLED: Outcome = { kind: 'settled' }

/** Whether the record is still the one that this attempt is at work on. */
export function isOwn(state: ImageState | undefined, claimed: OpenState): state is OpenState {
  if (state === undefined || !isOpen(state)) return false
  return state.token === claimed.token && state.attempt === claimed.attempt
}
