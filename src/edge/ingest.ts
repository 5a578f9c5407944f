import { hex } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import { encodeAtOrigin, isPermanent, type Origin, OriginBusy } from './origin.ts'
import type { FailedState, ImageState, PendingState, ReadyState } from './state.ts'
import { type ImageStore, objectsOf } from './store.ts'

/** How long an attempt may take before another request takes it for dead and starts the next. */
export const LEASE_MS = 300_000
/** Attempts at an origin that fails; one that is busy is waited for without counting. */
const MAX_ATTEMPTS = 3
const PAUSE_MS = [1000, 5000]
const MAX_BUSY_PAUSE_S = 10

export interface IngestServices {
  readonly store: ImageStore
  readonly origin: Origin
  /** Replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>
}

/**
 * Takes an upload from pending to ready or failed: original to the origin, its file checked and stored, record last.
 * Never rejects, because it runs after the response. An upload that was replaced or deleted meanwhile leaves no
 * trace: its objects have keys of their own and are removed.
 */
export async function ingest(id: string, pending: PendingState, services: IngestServices): Promise<void> {
  const { store } = services
  let made: string | undefined
  try {
    const bytes = await encodeWithRetries(pending, services)
    const { hash, modelSet } = await checkFile(bytes)
    if (!(await stillWanted(id, pending, store))) return await store.remove([pending.original])
    made = await store.putFile(id, pending, bytes, { hash, modelSet })
    const { token, uploaded, original, params } = pending
    const ready: ReadyState = {
      status: 'ready',
      token,
      uploaded,
      original,
      params,
      file: made,
      hash,
      bytes: bytes.length,
    }
    if (!(await settle(id, ready, store))) await discard(id, pending, made, store)
  } catch (error) {
    await fail(id, pending, made, error, store)
  }
}

/**
 * The next attempt of an upload whose attempt died, or undefined when another request was faster. An upload that died
 * MAX_ATTEMPTS times would die for ever: it fails.
 */
export async function takeOver(
  id: string,
  current: { readonly state: PendingState; readonly etag: string },
  store: ImageStore,
): Promise<PendingState | undefined> {
  if (current.state.attempt >= MAX_ATTEMPTS) {
    const reason = `the encoding was cut off ${MAX_ATTEMPTS} times`
    await fail(id, current.state, undefined, new StrataError('ORIGIN_FAILED', reason), store)
    return undefined
  }
  const next = { ...current.state, attempt: current.state.attempt + 1, leaseUntil: Date.now() + LEASE_MS }
  const written = await store.writeState(id, next, current.etag)
  return written === undefined ? undefined : next
}

async function encodeWithRetries(pending: PendingState, services: IngestServices): Promise<Uint8Array> {
  const sleep = services.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)))
  for (let failures = 0; ; ) {
    const original = await services.store.get(pending.original)
    if (original === null) throw new StrataError('NOT_FOUND', 'the upload was replaced or deleted')
    const picture = {
      body: original.body,
      contentType: original.httpMetadata?.contentType ?? 'application/octet-stream',
    }
    try {
      return await encodeAtOrigin(services.origin, picture, pending.params, AbortSignal.timeout(LEASE_MS))
    } catch (error) {
      if (error instanceof OriginBusy && Date.now() < pending.leaseUntil) {
        await sleep(1000 * Math.min(error.retryAfter, MAX_BUSY_PAUSE_S))
        continue
      }
      const pause = PAUSE_MS[failures++]
      if (isPermanent(error) || pause === undefined || pending.attempt + failures > MAX_ATTEMPTS) throw error
      await sleep(pause)
    }
  }
}

/** @throws StrataError ORIGIN_FAILED: a file that does not hold what its header declares is never stored */
async function checkFile(bytes: Uint8Array): Promise<{ hash: string; modelSet: string }> {
  try {
    const header = readHeader(bytes)
    const complete =
      header.totalLength === bytes.length && wholeLayers(header, bytes.length) === header.layers.length
    if (!complete)
      throw new StrataError('FORMAT_TRUNCATED', `${header.totalLength} bytes declared, got ${bytes.length}`)
    return { hash: hex((await sha256(bytes)).subarray(0, 16)), modelSet: header.modelSet }
  } catch (cause) {
    const reason = cause instanceof StrataError ? cause.message : 'unreadable'
    throw new StrataError('ORIGIN_FAILED', `the origin sent no valid file: ${reason}`, { cause })
  }
}

async function stillWanted(id: string, pending: PendingState, store: ImageStore): Promise<boolean> {
  return (await store.readState(id))?.state.token === pending.token
}

/**
 * Replaces the pending record of the same upload, whichever attempt wrote it last.
 * @returns false when the upload was replaced, deleted or settled by another attempt
 */
async function settle(id: string, outcome: ReadyState | FailedState, store: ImageStore): Promise<boolean> {
  for (;;) {
    const current = await store.readState(id)
    if (current?.state.token !== outcome.token || current.state.status !== 'pending') return false
    if ((await store.writeState(id, outcome, current.etag)) !== undefined) return true
  }
}

/** Removes what this attempt made, but nothing that the record of now names. */
async function discard(
  id: string,
  pending: PendingState,
  made: string | undefined,
  store: ImageStore,
): Promise<void> {
  const current: ImageState | undefined = (await store.readState(id))?.state
  const named = current === undefined ? [] : objectsOf(current)
  await store.remove([pending.original, made].filter((key) => !named.includes(key)))
}

async function fail(
  id: string,
  pending: PendingState,
  made: string | undefined,
  error: unknown,
  store: ImageStore,
): Promise<void> {
  const known =
    error instanceof StrataError ? error : new StrataError('INTERNAL', 'the upload could not be stored')
  const { token, uploaded } = pending
  const { code, message } = known
  try {
    const settled = await settle(id, { status: 'failed', token, uploaded, error: { code, message } }, store)
    if (settled && !isPermanent(known))
      console.error(JSON.stringify({ event: 'ingest-failed', id, code, message }))
    await discard(id, pending, made, store)
  } catch (cause) {
    // The record stays pending; the next request after its lease tries again.
    console.error(JSON.stringify({ event: 'ingest-unsettled', id, message: String(cause) }))
  }
}
