import { parseUnversionedId } from '../request/image-id.ts'
import { type ImageStore, originalMissing, requireOriginal } from '../store/store.ts'

/**
 * GET of `/img/:id/original`, with the upload token: the uploaded bytes. Browsers download them and never show them,
 * because an original may be anything, and not only a picture.
 * @throws StrataError NOT_FOUND when there is no such image or no original of it; ID_INVALID, STORAGE_FAILED
 */
export async function exportOriginal(name: string, store: ImageStore): Promise<Response> {
  const id = parseUnversionedId(name)
  const { state } = await store.requireState(id)
  const object = await store.get(requireOriginal(id, state))
  if (object === undefined) throw originalMissing(id)
  const headers = {
    'Cache-Control': 'private, no-store',
    'Content-Disposition': `attachment; filename="${id}"`,
    'Content-Length': String(object.size),
    'Content-Security-Policy': 'sandbox',
    'Content-Type': object.contentType,
    ETag: `"${state.sha256}"`,
  }
  return new Response(object.body, { headers })
}
