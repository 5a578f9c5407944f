import type { KeepAlive } from '../request/keep-alive.ts'
import { isOpen, type OpenState, type StoredState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { LEASE_MS } from './encode-job.ts'
import type { Jobs } from './jobs.ts'

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
