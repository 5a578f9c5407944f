import { StrataError } from '../core/errors.ts'
import { RETRY_AFTER_S } from './headers.ts'
import type { ImageId } from './image-id.ts'
import { ingest, takeOver } from './ingest.ts'
import type { LoadedImage } from './native.ts'
import type { Services } from './services.ts'
import type { StoredState } from './state.ts'

/** What looking an image up needs. */
export type LookupServices = Pick<Services, 'store' | 'headers' | 'keepAlive' | 'origin'>

/** How often an image may be replaced between two reads of one request before we give up. */
const TRIES = 3

/**
 * Finds a ready image and answers with it; 202 while it is being encoded.
 * @param answer gives undefined when the file has gone: replaced or deleted since the record was read, which is
 * then read again
 * @throws StrataError NOT_FOUND; the error of an upload that failed
 */
export async function withImage(
  wanted: ImageId,
  services: LookupServices,
  answer: (image: LoadedImage) => Promise<Response | undefined>,
): Promise<Response> {
  const { id, hash } = wanted
  for (let i = 0; i < TRIES; i++) {
    const stored = await services.store.readState(id)
    if (stored === undefined) throw new StrataError('NOT_FOUND', `image: there is none with the id ${id}`)
    const { state } = stored
    if (hash !== undefined && !(state.status === 'ready' && state.hash.startsWith(hash))) {
      throw new StrataError('NOT_FOUND', `image: ${id} has no version ${hash}`)
    }
    if (state.status === 'failed') throw new StrataError(state.error.code, state.error.message)
    if (state.status === 'pending') {
      await resumeIfDead(id, stored, services)
      return pendingResponse()
    }
    const header = await services.headers.read(services.store, state.file)
    const response = header && (await answer({ id, state, header }))
    if (response !== undefined) return response
  }
  throw new StrataError('INTERNAL', `the stored file of ${id} is missing`)
}

/** Whoever asks for an image after its encoding died (a Worker may be stopped at any time) starts it again. */
async function resumeIfDead(
  id: string,
  { state, etag }: StoredState,
  services: LookupServices,
): Promise<void> {
  if (state.status !== 'pending' || Date.now() < state.leaseUntil) return
  const next = await takeOver(id, { state, etag }, services.store)
  if (next === undefined) return
  services.keepAlive(ingest(id, next, { store: services.store, origin: services.origin() }))
}

/** The answer while an image is being encoded. */
export function pendingResponse(): Response {
  const headers = { 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER_S) }
  return new Response(null, { status: 202, headers })
}
