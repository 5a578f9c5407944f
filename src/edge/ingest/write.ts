/*
 * Room ingest/: how an upload becomes a stored file. This file answers PUT, POST and DELETE; behind it one attempt
 * after the other is claimed, encoded by the origin, checked and settled, and hooks and webhooks hear of it. Jobs run
 * through the queue or after the answer, and the sweep resumes what died. Only this room writes records. It never
 * makes a picture for a page.
 */

import { invalidParam } from '../../core/errors.ts'
import { single } from '../../core/parameters.ts'
import { parseUnversionedId } from '../request/image-id.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import type { RemoteSources } from '../sources/allow-list.ts'
import { chunksOf, readToTheEnd } from '../sources/chunks.ts'
import { fetchRemote } from '../sources/fetch.ts'
import { declaredLength, emptyInput, requirePicture, type UploadBody } from '../sources/upload-body.ts'
import { type ImageState, isOpen, servedState } from '../store/state.ts'
import { requireOriginal } from '../store/store.ts'
import type { Jobs } from './jobs.ts'
import { CREATING, preconditionsOf } from './preconditions.ts'
import { encodeAgain, PENDING_HEADERS } from './resume.ts'
import { startUpload } from './start-upload.ts'
import { type AcceptServices, acceptUpload } from './upload.ts'
import { parseUploadParams } from './upload-params.ts'

export interface WriteServices extends AcceptServices {
  readonly keepAlive: KeepAlive
  readonly jobs: () => Jobs
}

/** The options that uploading depends on. */
interface UploadOptions {
  readonly maxUploadBytes: number
  /** Undefined: nothing is fetched. */
  readonly remote: RemoteSources | undefined
  /** Path of the image, as the sender names it. */
  readonly location: string
  /** Whether wrangler's local proxy is between the sender and this: then a body is read to its end even where it is refused. */
  readonly isLocal: boolean
  /** Whether an image that is there must stay. */
  readonly createsOnly: boolean
}

/**
 * PUT of `/img/:id`: stores the original, which is the body or the picture at `?url=`, answers 202, and has it
 * encoded after that. An image that is there already is served until then. Sending the same upload again changes
 * nothing, and neither does one that the queue refuses or whose first bytes are those of no picture.
 * @throws StrataError LENGTH_REQUIRED, INPUT_EMPTY, INPUT_TOO_LARGE, INPUT_UNSUPPORTED, PARAM_INVALID, ID_INVALID,
 * PRECONDITION_FAILED, UPLOAD_BUSY, ABORTED, STORAGE_FAILED; those of fetchRemote
 */
export async function putImage(
  name: string,
  request: Request,
  services: WriteServices,
  options: UploadOptions,
): Promise<Response> {
  const id = parseUnversionedId(name)
  const { searchParams } = new URL(request.url)
  const params = parseUploadParams(searchParams)
  const upload = await openUpload(request, single(searchParams, 'url'), options)
  const conditions = options.createsOnly ? CREATING : preconditionsOf(request.headers)
  const taken = await acceptUpload(id, upload, params, services, { conditions })
  // An upload that waits already is started too: the request before may have died before it told the queue.
  await startUpload(id, taken, taken.state.status === 'queued', services)
  return accepted(id, taken.state, options.location)
}

async function openUpload(
  request: Request,
  source: string | undefined,
  { maxUploadBytes, remote, isLocal }: UploadOptions,
): Promise<UploadBody> {
  const declared = request.headers.get('Content-Length')
  if (source !== undefined) {
    if (request.body !== null && declared !== '0') throw invalidParam('url', 'no body beside it', 'one')
    return await requirePicture(await fetchRemote(source, remote ?? { hosts: [] }, maxUploadBytes), 'url')
  }
  const length = declaredLength(declared, maxUploadBytes)
  if (request.body === null) throw emptyInput()
  const contentType = request.headers.get('Content-Type') ?? 'application/octet-stream'
  const body = chunksOf(request.body)
  const chunks = isLocal ? readToTheEnd(body, length) : body
  return await requirePicture({ chunks, length, contentType }, 'body')
}

/**
 * POST of `/img/:id/encode`: encodes an image again from its kept original, because its model set is gone or the last
 * attempt failed. Until it is ready, the old file is served.
 * @param location path of the image, as the caller names it
 * @throws StrataError NOT_FOUND when there is no such image or no original of it; ID_INVALID, STORAGE_FAILED
 */
export async function reencodeImage(
  name: string,
  location: string,
  services: WriteServices,
): Promise<Response> {
  const id = parseUnversionedId(name)
  for (;;) {
    const stored = await services.store.requireState(id)
    const { state } = stored
    if (isOpen(state)) return accepted(id, state, location)
    const live = servedState(state)
    // An upload that failed for good has no original any more: then the image that it was to replace is meant.
    const source = state.original === undefined && live !== undefined ? live : state
    const original = requireOriginal(id, source)
    const queued = await encodeAgain(id, stored, { source, original, live }, services)
    if (queued !== undefined) return accepted(id, queued, location)
  }
}

/** DELETE of `/img/:id`. @throws StrataError NOT_FOUND, ID_INVALID, STORAGE_FAILED */
export async function deleteImage(name: string, { store }: Pick<WriteServices, 'store'>): Promise<Response> {
  await store.removeImage(parseUnversionedId(name))
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
}

function accepted(id: string, { status }: ImageState, location: string): Response {
  return Response.json(
    { id, state: status },
    { status: 202, headers: { ...PENDING_HEADERS, Location: location } },
  )
}
