import { StrataError } from '../../core/errors.ts'
import { LEASE_MS } from '../ingest/encode-job.ts'
import type { ImageId } from '../request/image-id.ts'
import type { Services } from '../services.ts'
import {
  type FailedState,
  type ImageState,
  isOpen,
  type OpenState,
  type ReadyState,
  type StoredState,
} from '../store/state.ts'
import { RETRY_AFTER_S } from './headers.ts'
import type { LoadedImage } from './native.ts'

/** What looking an image up needs. */
export type LookupServices = Pick<Services, 'store' | 'headers' | 'jobs' | 'states'>

/** The answers for an image that is not ready. */
export interface UnreadyAnswers {
  readonly open: (state: OpenState) => Response | Promise<Response>
  readonly failed: (state: FailedState) => Response
}

/** 202 without a body, and the error of the upload that failed. */
export const UNREADY: UnreadyAnswers = {
  open: pendingResponse,
  failed({ error }) {
    throw new StrataError(error.code, error.message)
  },
}

export const PENDING_HEADERS = { 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER_S) }

/** How often an image may be replaced between two reads of one request before we give up. */
const TRIES = 3

/**
 * Finds a ready image and answers with it; 202 while it is being encoded.
 * @param answer gives undefined when the file has gone: replaced or deleted since the record was read, which is
 * then read again
 * @param unready by default 202, and the error of an upload that failed
 * @throws StrataError NOT_FOUND, STORAGE_FAILED
 */
export async function withImage(
  wanted: ImageId,
  services: LookupServices,
  answer: (image: LoadedImage) => Promise<Response | undefined>,
  unready = UNREADY,
): Promise<Response> {
  const { id, hash } = wanted
  const { store, states, headers, jobs } = services
  const isWanted = (state: ImageState): state is ReadyState =>
    state.status === 'ready' && (hash === undefined || state.hash.startsWith(hash))
  const show = async (state: ReadyState) => {
    const header = await headers.read(store, state.file)
    return header && (await answer({ id, state, header }))
  }
  // What this isolate has just read counts as long as it gives the image that is asked for.
  const known = states.find(id)
  const shown = known && isWanted(known) ? await show(known) : undefined
  if (shown !== undefined) return shown
  for (let i = 0; i < TRIES; i++) {
    const stored = await states.read(id, (name) => store.readState(name))
    if (stored === undefined) throw new StrataError('NOT_FOUND', `image: there is none with the id ${id}`)
    const { state } = stored
    if (hash !== undefined && !isWanted(state))
      throw new StrataError('NOT_FOUND', `image: ${id} has no version ${hash}`)
    if (state.status === 'failed') return unready.failed(state)
    if (isOpen(state)) {
      await resumeIfDead(id, stored, { store, jobs })
      return await unready.open(state)
    }
    const response = await show(state)
    if (response !== undefined) return response
  }
  throw new StrataError('INTERNAL', `the stored file of ${id} is missing`)
}

/** Whoever asks for an image after its encoding died (a Worker may be stopped at any time) starts it again. */
export async function resumeIfDead(
  id: string,
  { state, etag }: StoredState,
  { store, jobs }: Pick<Services, 'store' | 'jobs'>,
): Promise<boolean> {
  const now = Date.now()
  if (!isOpen(state) || now < state.leaseUntil) return false
  const queued: OpenState = { ...state, status: 'queued', leaseUntil: now + LEASE_MS }
  // Of many who ask at once, one is first.
  if ((await store.writeState(id, queued, etag)) === undefined) return false
  await jobs().start({ id, token: state.token })
  return true
}

/** The answer while an image is being encoded. */
export function pendingResponse(): Response {
  return new Response(null, { status: 202, headers: PENDING_HEADERS })
}
