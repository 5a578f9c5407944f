import { StrataError } from '../../core/errors.ts'
import { type FailedState, type Failure, isOpen, type OpenState, type ReadyState } from '../store/state.ts'
import { type ImageStore, objectsOf } from '../store/store.ts'
import { backoff } from './backoff.ts'
import { type EncodeJob, type IngestServices, isOwn, type Outcome, SETTLED } from './encode-job.ts'
import { eventOf } from './events.ts'
import { isPermanent, OriginBusy, OriginDown } from './origin.ts'

/** Attempts while the origin cannot be reached or the bucket fails, and of attempts that died: some 40 minutes. */
export const MAX_ATTEMPTS = 12
/** Attempts at an origin that answers, but wrongly: another encode will hardly end otherwise. */
const MAX_FAULTS = 3
const FIRST_PAUSE_S = 2
const LONGEST_PAUSE_S = 600

/**
 * Ends an upload that cannot be encoded, if it is still open.
 * @throws StrataError STORAGE_FAILED
 */
export async function giveUp(job: EncodeJob, error: Failure, services: IngestServices): Promise<void> {
  const current = (await services.store.readState(job.id))?.state
  if (current?.token === job.token && isOpen(current)) await fail(job.id, current, error, services)
}

/**
 * Replaces the open record of the same upload, whichever attempt wrote it last, and tells who wants to know.
 * @returns false when the upload was replaced, deleted or settled by another attempt
 */
export async function settle(
  id: string,
  outcome: ReadyState | FailedState,
  { store, announce }: IngestServices,
): Promise<boolean> {
  for (;;) {
    const current = await store.readState(id)
    if (current?.state.token !== outcome.token || !isOpen(current.state)) return false
    if ((await store.writeState(id, outcome, current.etag)) === undefined) continue
    await announce(eventOf(id, outcome))
    return true
  }
}

/** After an attempt that failed: the upload has failed, or waits for the next one. */
export async function release(
  { id }: EncodeJob,
  claimed: OpenState,
  made: string | undefined,
  thrown: unknown,
  services: IngestServices,
): Promise<Outcome> {
  const { store } = services
  const error = toFailure(thrown)
  const busy = thrown instanceof OriginBusy
  if (isFinal(thrown, claimed.attempt)) {
    await fail(id, claimed, error, services)
    await discard(id, made, store)
    return SETTLED
  }
  const seconds = busy ? thrown.retryAfter : backoff(claimed.attempt, FIRST_PAUSE_S, LONGEST_PAUSE_S)
  const leaseUntil = Date.now() + 1000 * seconds + services.graceMs
  const attempt = busy ? claimed.attempt - 1 : claimed.attempt
  for (;;) {
    const current = await store.readState(id)
    const state = current?.state
    if (current === undefined || !isOwn(state, claimed)) {
      await discard(id, made, store)
      // Where this attempt did end the upload, what failed was telling of it.
      const untold = state?.token === claimed.token && !isOpen(state) && state.claim === claimed.claim
      return untold ? { kind: 'again', seconds: FIRST_PAUSE_S } : SETTLED
    }
    const queued: OpenState = { ...state, status: 'queued', attempt, leaseUntil, ...(!busy && { error }) }
    if ((await store.writeState(id, queued, current.etag)) === undefined) continue
    await discard(id, made, store)
    return { kind: busy ? 'postponed' : 'again', seconds }
  }
}

/** Whether another attempt makes no sense. */
function isFinal(error: unknown, attempt: number): boolean {
  if (error instanceof OriginBusy) return false
  if (isPermanent(error)) return true
  const weather =
    error instanceof OriginDown || (error instanceof StrataError && error.code === 'STORAGE_FAILED')
  return attempt >= (weather ? MAX_ATTEMPTS : MAX_FAULTS)
}

/** The original is kept when not the picture was to blame: it can still be encoded, once the fault is mended. */
export async function fail(
  id: string,
  open: OpenState,
  error: Failure,
  services: IngestServices,
): Promise<void> {
  const { token, uploaded, sha256, params, claim, original } = open
  const permanent = isPermanent(new StrataError(error.code, error.message))
  const failed: FailedState = {
    status: 'failed',
    ...{ token, uploaded, sha256, params, claim, error },
    ...(!permanent && { original }),
  }
  if (!(await settle(id, failed, services))) return
  if (permanent)
    await services.store.remove([original]).catch(() => undefined) // else the sweep does it
  else console.error(JSON.stringify({ event: 'ingest-failed', id, ...error }))
}

function toFailure(thrown: unknown): Failure {
  if (thrown instanceof StrataError) return { code: thrown.code, message: thrown.message }
  console.error(JSON.stringify({ event: 'ingest-error', message: String(thrown) }))
  return { code: 'INTERNAL', message: 'the upload could not be encoded' }
}

/** Removes the file that an attempt made, unless the record of now names it. */
export async function discard(id: string, made: string | undefined, store: ImageStore): Promise<void> {
  if (made === undefined) return
  const current = (await store.readState(id))?.state
  if (current === undefined || !objectsOf(current).includes(made)) await store.remove([made])
}
