import { hasCode, StrataError } from '../../core/errors.ts'
import { isPermanent, OriginBusy, OriginDown } from '../origin/origin.ts'
import { objectsOf } from '../store/keys.ts'
import { type FailedState, type Failure, isOpen, type OpenState, type ReadyState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { backoff, type EncodeJob, type IngestServices, isOwn, type Outcome, SETTLED } from './encode-job.ts'
import { eventOf } from './events.ts'

/** Attempts while the origin cannot be reached or the bucket fails, or after attempts that died: some 40 minutes. */
export const MAX_ATTEMPTS = 12
/** Attempts at an origin that answers, but wrongly: more of them would hardly end differently. */
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
 * Replaces the open record of the same upload, whichever attempt wrote it last, and announces the event.
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

/**
 * Ends an attempt that failed: the upload has failed, or waits for the next attempt.
 * @param file key of the .strata file that the attempt stored
 * @throws StrataError STORAGE_FAILED
 */
export async function endFailedAttempt(
  { id }: EncodeJob,
  claimed: OpenState,
  file: string | undefined,
  thrown: unknown,
  services: IngestServices,
): Promise<Outcome> {
  const { store } = services
  const error = toFailure(thrown)
  const isBusy = thrown instanceof OriginBusy
  if (isFinal(thrown, claimed.attempt)) {
    await fail(id, claimed, error, services)
    await discard(id, file, store)
    return SETTLED
  }
  const seconds = isBusy ? thrown.retryAfter : backoff(claimed.attempt, FIRST_PAUSE_S, LONGEST_PAUSE_S)
  const leaseUntil = Date.now() + 1000 * seconds + services.graceMs
  const attempt = isBusy ? claimed.attempt - 1 : claimed.attempt
  for (;;) {
    const current = await store.readState(id)
    const state = current?.state
    if (current === undefined || !isOwn(state, claimed)) {
      await discard(id, file, store)
      // When this very attempt settled the upload, only the announcement failed.
      const isUnannounced = state?.token === claimed.token && !isOpen(state) && state.claim === claimed.claim
      return isUnannounced ? { kind: 'again', seconds: FIRST_PAUSE_S } : SETTLED
    }
    const queued: OpenState = { ...state, status: 'queued', attempt, leaseUntil, ...(!isBusy && { error }) }
    if ((await store.writeState(id, queued, current.etag)) === undefined) continue
    await discard(id, file, store)
    return { kind: isBusy ? 'postponed' : 'again', seconds }
  }
}

/** Whether there is no point in another attempt. */
function isFinal(error: unknown, attempt: number): boolean {
  if (error instanceof OriginBusy) return false
  if (isPermanent(error)) return true
  const isTransient = error instanceof OriginDown || hasCode(error, 'STORAGE_FAILED')
  return attempt >= (isTransient ? MAX_ATTEMPTS : MAX_FAULTS)
}

/**
 * Settles an upload as failed. Unless the picture itself is at fault, its original is kept, so that it can be encoded
 * once the fault is repaired.
 */
export async function fail(
  id: string,
  open: OpenState,
  error: Failure,
  services: IngestServices,
): Promise<void> {
  const { token, uploaded, sha256, params, from, claim, original, live } = open
  const permanent = isPermanent(new StrataError(error.code, error.message))
  const failed: FailedState = {
    status: 'failed',
    token,
    uploaded,
    sha256,
    params,
    ...(from && { from }),
    claim,
    error,
    ...(!permanent && { original }),
    ...(live && { live }),
  }
  if (!(await settle(id, failed, services))) return
  if (permanent) await removeUnnamed([original], failed, services.store)
  else console.error(JSON.stringify({ event: 'ingest-failed', id, ...error }))
}

/** Removes those of these objects that the record does not name. The sweep removes what cannot be removed now. */
async function removeUnnamed(keys: readonly string[], state: FailedState, store: ImageStore): Promise<void> {
  const named = objectsOf(state)
  await store.remove(keys.filter((key) => !named.includes(key))).catch(() => undefined)
}

function toFailure(thrown: unknown): Failure {
  if (thrown instanceof StrataError) return { code: thrown.code, message: thrown.message }
  console.error(JSON.stringify({ event: 'ingest-error', message: String(thrown) }))
  return { code: 'INTERNAL', message: 'the upload could not be encoded' }
}

/** Removes the file that an attempt stored, unless the current record names it. */
export async function discard(id: string, file: string | undefined, store: ImageStore): Promise<void> {
  if (file === undefined) return
  const current = (await store.readState(id))?.state
  if (current === undefined || !objectsOf(current).includes(file)) await store.remove([file])
}
