import { hex } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import { backoff } from './backoff.ts'
import { eventOf, type ImageEvent } from './events.ts'
import {
  type EncodedPicture,
  encodeAtOrigin,
  isPermanent,
  type Origin,
  OriginBusy,
  OriginDown,
} from './origin.ts'
import {
  type FailedState,
  type Failure,
  type ImageState,
  isOpen,
  type OpenState,
  type ReadyState,
} from './state.ts'
import { type ImageStore, objectsOf } from './store.ts'

/**
 * An attempt renews its lease while it works; one that has not for so long is taken for dead, and a job that nobody has
 * begun is taken for lost. Where it only waits in a long queue, that makes one message too many, which does no harm.
 */
export const LEASE_MS = 60_000
/** Cloudflare stops a consumer after 15 minutes. */
const ATTEMPT_MS = 840_000
/** Attempts while the origin cannot be reached or the bucket fails, and of attempts that died: some 40 minutes. */
export const MAX_ATTEMPTS = 12
/** Attempts at an origin that answers, but wrongly: another encode will hardly end otherwise. */
const MAX_FAULTS = 3
const FIRST_PAUSE_S = 2
const LONGEST_PAUSE_S = 600

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

const SETTLED: Outcome = { kind: 'settled' }

/**
 * One attempt at an upload: original to the origin, its file checked and stored, record last. An upload that was
 * replaced or deleted meanwhile leaves no trace: its objects have keys of their own and are removed.
 * @param claim names whoever makes the attempt, and is the same when the same message comes again
 * @throws StrataError STORAGE_FAILED when not even the record can be read or written
 */
export async function attemptEncode(
  job: EncodeJob,
  claim: string,
  services: IngestServices,
): Promise<Outcome> {
  const claimed = await claimUpload(job, claim, services)
  if ('kind' in claimed) return claimed
  const { store, keepOriginal, origin } = services
  const { id } = job
  let made: string | undefined
  try {
    const { bytes, placeholder } = await holdLease(id, claimed, services, (signal) =>
      encodeOriginal(claimed, store, origin, signal),
    )
    const { hash, modelSet } = await checkFile(bytes, claimed)
    if (!(await stillWanted(job, store))) return SETTLED
    made = await store.putFile(id, claimed, bytes, { hash, modelSet })
    const { token, uploaded, params, original, sha256 } = claimed
    const ready: ReadyState = {
      status: 'ready',
      ...{ token, uploaded, sha256, params, claim },
      ...(keepOriginal && { original }),
      ...{ file: made, hash, bytes: bytes.length, modelSet },
      ...(placeholder !== undefined && { placeholder }),
    }
    if (await settle(id, ready, services)) {
      if (!keepOriginal) await store.remove([original]).catch(() => undefined) // else the sweep does it
    } else await discard(id, made, store)
    return SETTLED
  } catch (error) {
    return await release(job, claimed, made, error, services)
  }
}

/**
 * Ends an upload that cannot be encoded, if it is still open.
 * @throws StrataError STORAGE_FAILED
 */
export async function giveUp(job: EncodeJob, error: Failure, services: IngestServices): Promise<void> {
  const current = (await services.store.readState(job.id))?.state
  if (current?.token === job.token && isOpen(current)) await fail(job.id, current, error, services)
}

/** Makes this claim's attempt the one that counts. */
async function claimUpload(
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
      // This claim ended it and was cut off before anybody was told.
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
 * Renews the lease while the work goes on. The work is aborted when the upload was replaced, deleted or taken over, so
 * that the origin does nothing for nobody, and when it takes too long.
 */
async function holdLease<T>(
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
  // A bucket that fails once may work the next time, and the lease is longer than that.
  const timer = setInterval(() => void renew().catch(() => undefined), leaseMs / 3)
  try {
    return await work(AbortSignal.any([unwanted.signal, AbortSignal.timeout(ATTEMPT_MS)]))
  } finally {
    clearInterval(timer)
  }
}

/** Whether the record is still the one that this attempt is at work on. */
function isOwn(state: ImageState | undefined, claimed: OpenState): state is OpenState {
  if (state === undefined || !isOpen(state)) return false
  return state.token === claimed.token && state.attempt === claimed.attempt
}

async function encodeOriginal(
  claimed: OpenState,
  store: ImageStore,
  origin: Origin,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  const original = await store.get(claimed.original)
  if (original === null) throw new StrataError('NOT_FOUND', 'the original is missing')
  const { sha256, params, token, attempt } = claimed
  const contentType = original.httpMetadata?.contentType ?? 'application/octet-stream'
  const picture = { body: original.body, contentType, sha256, requestId: `${token}-${attempt}` }
  return await encodeAtOrigin(origin, picture, params, signal)
}

/** @throws StrataError ORIGIN_FAILED: what is not the whole encoding of this very original is never stored */
async function checkFile(
  bytes: Uint8Array,
  claimed: OpenState,
): Promise<{ readonly hash: string; readonly modelSet: string }> {
  try {
    const header = readHeader(bytes)
    const { totalLength, layers, modelSet, source } = header
    if (totalLength !== bytes.length || wholeLayers(header, bytes.length) !== layers.length)
      throw new StrataError('FORMAT_TRUNCATED', `${totalLength} bytes declared, got ${bytes.length}`)
    if (!claimed.sha256.startsWith(source.sha256))
      throw new StrataError('FORMAT_INVALID', 'it was made from another picture')
    return { hash: hex((await sha256(bytes)).subarray(0, 16)), modelSet }
  } catch (cause) {
    const reason = cause instanceof StrataError ? cause.message : 'unreadable'
    throw new StrataError('ORIGIN_FAILED', `the origin sent no valid file: ${reason}`, { cause })
  }
}

async function stillWanted({ id, token }: EncodeJob, store: ImageStore): Promise<boolean> {
  return (await store.readState(id))?.state.token === token
}

/**
 * Replaces the open record of the same upload, whichever attempt wrote it last, and tells who wants to know.
 * @returns false when the upload was replaced, deleted or settled by another attempt
 */
async function settle(
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
async function release(
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
async function fail(id: string, open: OpenState, error: Failure, services: IngestServices): Promise<void> {
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
async function discard(id: string, made: string | undefined, store: ImageStore): Promise<void> {
  if (made === undefined) return
  const current = (await store.readState(id))?.state
  if (current === undefined || !objectsOf(current).includes(made)) await store.remove([made])
}
