import { isOpen, type OpenState } from '../store/state.ts'
import { type EncodeJob, type IngestServices, isOwn, LEASE_MS, type Outcome, SETTLED } from './encode-job.ts'
import { eventOf } from './events.ts'
import { fail, MAX_ATTEMPTS } from './settlement.ts'

/** Milliseconds that one attempt may take: Cloudflare stops a queue consumer after 15 minutes. */
const ATTEMPT_MS = 840_000

/**
 * Begins the next attempt at an upload in the name of `claim`.
 * @returns the record of the attempt; an outcome when there is nothing to begin
 * @throws StrataError STORAGE_FAILED
 */
export async function claimUpload(
  { id, token }: EncodeJob,
  claim: string,
  services: IngestServices,
): Promise<OpenState | Outcome> {
  const { store } = services
  for (;;) {
    const current = await store.readState(id)
    if (current?.state.token !== token) return SETTLED // replaced or deleted
    const { state } = current
    if (!isOpen(state)) {
      // This claim settled it and was cut off before the event was sent.
      if (state.claim === claim) await services.announce(eventOf(id, state))
      return SETTLED
    }
    const leaseS = Math.ceil((state.leaseUntil - Date.now()) / 1000)
    if (state.status === 'encoding' && state.claim !== claim && leaseS > 0)
      return { kind: 'postponed', seconds: leaseS }
    if (state.attempt >= MAX_ATTEMPTS) {
      const message = `the encoding was cut off ${MAX_ATTEMPTS} times`
      await fail(id, state, state.error ?? { code: 'ORIGIN_FAILED', message }, services)
      return SETTLED
    }
    const attempt = state.attempt + 1
    const leaseUntil = Date.now() + (services.leaseMs ?? LEASE_MS)
    const next: OpenState = { ...state, status: 'encoding', attempt, claim, leaseUntil }
    if ((await store.writeState(id, next, current.etag)) !== undefined) return next
  }
}

/**
 * Runs `work` and renews the attempt's lease meanwhile. The work is aborted when the upload was replaced, deleted or
 * taken over, because nobody needs its result then, and when it takes too long.
 */
export async function holdLease<T>(
  id: string,
  claimed: OpenState,
  { store, leaseMs = LEASE_MS }: IngestServices,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const unwanted = new AbortController()
  async function renew(): Promise<void> {
    const current = await store.readState(id)
    if (current === undefined || !isOwn(current.state, claimed)) return unwanted.abort()
    const leaseUntil = Date.now() + leaseMs
    await store.writeState(id, { ...current.state, leaseUntil }, current.etag)
  }
  // One renewal may fail: the lease outlasts three of them.
  const timer = setInterval(() => void renew().catch(() => undefined), leaseMs / 3)
  try {
    return await work(AbortSignal.any([unwanted.signal, AbortSignal.timeout(ATTEMPT_MS)]))
  } finally {
    clearInterval(timer)
  }
}
