import { StrataError } from '../../core/errors.ts'
import { parseImageId } from '../request/image-id.ts'
import type { ImageState, StoredState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'

/**
 * GET of `/img/:id/original`: the bytes that were uploaded, for whoever may upload. Never shown by a browser, because an
 * original may be anything, also what is no picture.
 * @throws StrataError NOT_FOUND when there is no such image or no original of it; ID_INVALID, STORAGE_FAILED
 */
export async function exportOriginal(name: string, store: ImageStore): Promise<Response> {
  const id = unversioned(name)
  const { state } = await requireState(id, store)
  const object = await store.get(requireOriginal(id, state))
  if (object === null) throw missing(id)
  const headers = {
    'Cache-Control': 'private, no-store',
    'Content-Disposition': `attachment; filename="${id}"`,
    'Content-Length': String(object.size),
    'Content-Security-Policy': 'sandbox',
    'Content-Type': object.httpMetadata?.contentType ?? 'application/octet-stream',
    ETag: `"${state.sha256}"`,
  }
  return new Response(object.body, { headers })
}

/** @throws StrataError NOT_FOUND */
export async function requireState(id: string, store: ImageStore): Promise<StoredState> {
  const stored = await store.readState(id)
  if (stored === undefined) throw new StrataError('NOT_FOUND', `image: there is none with the id ${id}`)
  return stored
}

/** The key of the original. @throws StrataError NOT_FOUND */
export function requireOriginal(id: string, state: ImageState): string {
  if (state.original === undefined) throw missing(id)
  return state.original
}

/** What concerns an upload concerns an image, not one version of it. @throws StrataError ID_INVALID */
export function unversioned(name: string): string {
  const { id, hash } = parseImageId(name)
  if (hash === undefined) return id
  throw new StrataError('ID_INVALID', `id: expected one without @hash, got ${JSON.stringify(name)}`)
}

function missing(id: string): StrataError {
  return new StrataError('NOT_FOUND', `original: that of ${id} was not kept`)
}
