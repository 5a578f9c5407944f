import type { Context, Env } from 'hono'
import { invalidParam, StrataError } from '../../core/errors.ts'
import { requireUploadToken } from '../access/upload-token.ts'
import { PENDING_HEADERS } from '../answer/lookup.ts'
import { requireOriginal, requireState, unversioned } from '../answer/original-export.ts'
import type { ResolvedOptions } from '../options.ts'
import { single } from '../request/params.ts'
import type { Services } from '../services.ts'
import type { RemoteSources } from '../sources/allow-list.ts'
import { fetchRemote } from '../sources/fetch.ts'
import { type ImageState, isOpen } from '../store/state.ts'
import { eventOf } from './events.ts'
import { acceptUpload, declaredLength, parseUploadParams, queuedState, type Upload } from './upload.ts'

/** The options that uploading depends on. */
export interface UploadOptions {
  readonly maxUploadBytes: number
  /** Undefined: nothing is fetched. */
  readonly remote: RemoteSources | undefined
}

/**
 * PUT of `/img/:id`: stores the original, the body or what lies at `?url=`, answers 202, has it encoded after that. The same
 * upload again changes nothing.
 * @throws StrataError LENGTH_REQUIRED, INPUT_EMPTY, INPUT_TOO_LARGE, PARAM_INVALID, ID_INVALID, ABORTED, STORAGE_FAILED;
 * those of fetchRemote
 */
export async function putImage(
  name: string,
  request: Request,
  services: Services,
  options: UploadOptions,
): Promise<Response> {
  const id = unversioned(name)
  const url = new URL(request.url)
  const params = parseUploadParams(url.searchParams)
  const upload = await openUpload(request, single(url.searchParams, 'url'), options)
  const { state, isNew, cleanUp } = await acceptUpload(id, upload, params, services.store)
  services.keepAlive(cleanUp().catch(() => undefined)) // else the sweep does it
  const jobs = services.jobs()
  // Also for one that waits already: the request before may have died before it told the queue.
  if (state.status === 'queued') await jobs.start({ id, token: state.token })
  if (isNew) await jobs.announce(eventOf(id, state))
  return accepted(id, state, url.pathname)
}

async function openUpload(
  request: Request,
  source: string | undefined,
  { maxUploadBytes, remote }: UploadOptions,
): Promise<Upload> {
  const declared = request.headers.get('Content-Length')
  if (source !== undefined) {
    if (request.body !== null && declared !== '0') throw invalidParam('url', 'no body beside it', 'one')
    return await fetchRemote(source, remote ?? { hosts: [] }, maxUploadBytes)
  }
  const length = declaredLength(declared, maxUploadBytes)
  if (request.body === null)
    throw new StrataError('INPUT_EMPTY', 'expected the bytes of a picture, got 0 bytes')
  const contentType = request.headers.get('Content-Type') ?? 'application/octet-stream'
  return { body: request.body, length, contentType }
}

/**
 * POST of `/img/:id/encode`: encodes an image again from its kept original, because its model set is dead or the last
 * try failed. Until it is ready, the image is not served.
 * @throws StrataError NOT_FOUND when there is no such image or no original of it; ID_INVALID, STORAGE_FAILED
 */
export async function reencodeImage(name: string, request: Request, services: Services): Promise<Response> {
  const { store } = services
  const id = unversioned(name)
  const location = new URL(request.url).pathname.replace(/\/encode$/, '')
  for (;;) {
    const { state, etag } = await requireState(id, store)
    if (isOpen(state)) return accepted(id, state, location)
    const { sha256, params } = state
    const original = requireOriginal(id, state)
    const queued = queuedState({ token: crypto.randomUUID(), sha256, params, original })
    if ((await store.writeState(id, queued, etag)) === undefined) continue
    if (state.status === 'ready') services.keepAlive(store.remove([state.file]).catch(() => undefined))
    await services.jobs().start({ id, token: queued.token })
    return accepted(id, queued, location)
  }
}

/** @throws StrataError NOT_FOUND, ID_INVALID */
export async function deleteImage(name: string, { store }: Services): Promise<Response> {
  await store.removeImage(unversioned(name))
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
}

function accepted(id: string, { status }: ImageState, location: string): Response {
  return Response.json(
    { id, state: status },
    { status: 202, headers: { ...PENDING_HEADERS, Location: location } },
  )
}

/** @throws StrataError UPLOAD_FORBIDDEN */
export async function authorize<E extends Env>(c: Context<E>, options: ResolvedOptions<E>): Promise<void> {
  if (options.development(c)) {
    // Nobody asks for a token here, so a page elsewhere must not act through the developer's browser.
    const site = c.req.raw.headers.get('Sec-Fetch-Site')
    if (site === null || site === 'same-origin' || site === 'none') return
    throw new StrataError('UPLOAD_FORBIDDEN', `Sec-Fetch-Site: expected same-origin, got ${site}`)
  }
  await requireUploadToken(c.req.raw.headers.get('Authorization'), options.uploadToken(c))
}
