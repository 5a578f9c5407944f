import { RETRY_AFTER_S } from '../errors.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import { type ImageState, isOpen, type OpenState, type ReadyState, type StoredState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { LEASE_MS } from './encode-job.ts'
import type { Jobs } from './jobs.ts'
import { queuedState } from './upload.ts'

/** Headers of every answer that speaks of an upload which is not encoded yet. */
export const PENDING_HEADERS = { 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER_S) }

export interface ResumeServices {
  readonly store: ImageStore
  readonly jobs: () => Jobs
}

/**
 * Starts an upload again whose encoding died: a Worker may be stopped at any time.
 * @returns false when the upload is settled or its lease still runs
 * @throws StrataError STORAGE_FAILED
 */
export async function resumeIfDead(
  id: string,
  { state, etag }: StoredState,
  { store, jobs }: ResumeServices,
): Promise<boolean> {
  const now = Date.now()
  if (!isOpen(state) || now < state.leaseUntil) return false
  const queued: OpenState = { ...state, status: 'queued', leaseUntil: now + LEASE_MS }
  // Of many requests at once, one writes first and the others do nothing.
  if ((await store.writeState(id, queued, etag)) === undefined) return false
  await jobs().start({ id, token: state.token })
  return true
}

/** Resumes, behind the answer, an upload that is to replace a ready image and whose encoding died. */
export function resumeReplacing(
  id: string,
  stored: StoredState | undefined,
  services: ResumeServices & { readonly keepAlive: KeepAlive },
): void {
  if (stored !== undefined && isOpen(stored.state))
    services.keepAlive(resumeIfDead(id, stored, services).catch(() => undefined))
}

/** From what an image is encoded again, and what is served until then. */
interface Again {
  readonly source: Pick<ImageState, 'sha256' | 'params' | 'from'>
  /** Key of the kept original. */
  readonly original: string
  readonly live: ReadyState | undefined
}

/**
 * Queues an encoding of a kept original, in the place of the record that was read.
 * @returns the new record; undefined where another request changed the record meanwhile
 * @throws StrataError STORAGE_FAILED: the record is as it was
 */
export async function encodeAgain(
  id: string,
  { state, etag }: StoredState,
  { source: { sha256, params, from }, original, live }: Again,
  { store, jobs }: ResumeServices,
): Promise<OpenState | undefined> {
  const queued = queuedState({ token: crypto.randomUUID(), sha256, params, from, original, live })
  const written = await store.writeState(id, queued, etag)
  if (written === undefined) return undefined
  try {
    await jobs().start({ id, token: queued.token })
  } catch (error) {
    await store.restoreState(id, state, written).catch(() => undefined)
    throw error
  }
  return queued
}

/**
 * Has an image encoded again whose stored file is damaged. The record that still names the file makes this happen once: when
 * the attempt fails, it is not repeated.
 * @returns the record of the upload that will replace the file; undefined where there is none, because the original was
 * not kept, the attempt has failed, or the image was replaced or deleted meanwhile
 * @throws StrataError STORAGE_FAILED
 */
export async function replaceDamaged(
  id: string,
  damaged: ReadyState,
  services: ResumeServices,
): Promise<OpenState | undefined> {
  for (;;) {
    const stored = await services.store.readState(id)
    if (stored === undefined) return undefined
    const { state } = stored
    if (isOpen(state)) {
      await resumeIfDead(id, stored, services)
      return state
    }
    const { original } = state
    if (state.status !== 'ready' || state.file !== damaged.file || original === undefined) return undefined
    const queued = await encodeAgain(id, stored, { source: state, original, live: state }, services)
    if (queued === undefined) continue
    console.error(JSON.stringify({ event: 'file-damaged', id, file: damaged.file }))
    return queued
  }
}
