import type { Context, Env } from 'hono'
import { StrataError } from '../core/errors.ts'
import { requireUploadToken } from './auth.ts'
import { RETRY_AFTER_S } from './headers.ts'
import { parseImageId } from './image-id.ts'
import { ingest } from './ingest.ts'
import type { ResolvedOptions } from './options.ts'
import type { Services } from './services.ts'
import { acceptUpload, declaredLength, parseUploadParams } from './upload.ts'

/**
 * PUT of `/img/:id`: stores the original, answers 202, has it encoded after that.
 * @throws StrataError LENGTH_REQUIRED, INPUT_EMPTY, INPUT_TOO_LARGE, PARAM_INVALID, ID_INVALID, ABORTED
 */
export async function putImage(
  name: string,
  request: Request,
  services: Services,
  { maxUploadBytes }: { readonly maxUploadBytes: number },
): Promise<Response> {
  const id = unversioned(name)
  const length = declaredLength(request.headers.get('Content-Length'), maxUploadBytes)
  const url = new URL(request.url)
  const params = parseUploadParams(url.searchParams)
  if (request.body === null)
    throw new StrataError('INPUT_EMPTY', 'expected the bytes of a picture, got 0 bytes')
  const contentType = request.headers.get('Content-Type') ?? 'application/octet-stream'
  const upload = { body: request.body, length, contentType }
  const { pending, cleanUp } = await acceptUpload(id, upload, params, services.store)
  services.keepAlive(ingest(id, pending, { store: services.store, origin: services.origin() }))
  services.keepAlive(cleanUp())
  const headers = {
    'Cache-Control': 'no-store',
    Location: url.pathname,
    'Retry-After': String(RETRY_AFTER_S),
  }
  return Response.json({ id, state: 'pending' }, { status: 202, headers })
}

/** @throws StrataError NOT_FOUND, ID_INVALID */
export async function deleteImage(name: string, { store }: Services): Promise<Response> {
  await store.removeImage(unversioned(name))
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
}

/** @throws StrataError UPLOAD_FORBIDDEN */
export async function authorize<E extends Env>(c: Context<E>, options: ResolvedOptions<E>): Promise<void> {
  if (options.development(c)) return
  await requireUploadToken(c.req.raw.headers.get('Authorization'), options.uploadToken(c))
}

/** Writing concerns an image, not one version of it. */
function unversioned(name: string): string {
  const { id, hash } = parseImageId(name)
  if (hash === undefined) return id
  throw new StrataError('ID_INVALID', `id: expected one without @hash, got ${JSON.stringify(name)}`)
}
