import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode, StrataError } from '../core/errors.ts'
import {
  authorization,
  edgeError,
  type Info,
  imageUrl,
  readInfo,
  send,
  type UploadTarget,
} from './edge-request.ts'

/** Milliseconds before each retry of storing an upload. */
const STORE_PAUSES_MS = [1000, 3000, 10_000]
/** Pauses between two requests for an image. Each is twice the previous one, because a small picture is ready soon. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 1000]

interface Upload {
  readonly id: string
  readonly bytes: Uint8Array
  /** Encoding parameters (`widths`, `quality`, `bg`); undefined ones are left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

/**
 * `PUT /img/:id`. Retries a few times when the edge answers STORAGE_FAILED or UPLOAD_BUSY, because uploads are idempotent.
 * @returns the state of the image
 * @throws StrataError of the edge's response; ORIGIN_FAILED without a response
 */
export async function putImage(upload: Upload, target: UploadTarget): Promise<string> {
  const url = new URL(imageUrl(target, upload.id))
  for (const [name, value] of Object.entries(upload.parameters ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const headers = { 'Content-Type': 'application/octet-stream', ...authorization(target) }
  const body = upload.bytes as Uint8Array<ArrayBuffer>
  for (let failures = 0; ; ) {
    try {
      const response = await send(url, { method: 'PUT', headers, body, signal: target.signal ?? null })
      return ((await response.json()) as { state?: string }).state ?? 'queued'
    } catch (error) {
      const pause = STORE_PAUSES_MS[failures++]
      if (!hasCode(error, 'STORAGE_FAILED', 'UPLOAD_BUSY') || pause === undefined) throw error
      await sleep(target.pauseMs ?? pause, undefined, { signal: target.signal })
    }
  }
}

/** `POST /img/:id/encode`: encodes an image again from its kept original. @throws StrataError of the edge's response */
export async function reencodeImage(id: string, target: UploadTarget): Promise<void> {
  const url = new URL(`${imageUrl(target, id)}/encode`)
  const headers = authorization(target)
  const response = await send(url, { method: 'POST', headers, signal: target.signal ?? null })
  await response.arrayBuffer()
}

/**
 * Requests `/img/:id.json` until it describes these bytes, because an older image of the same id may still be served.
 * @throws StrataError of the failed encoding; ORIGIN_FAILED after the timeout
 */
export async function waitUntilReady(upload: Upload, target: UploadTarget): Promise<Info> {
  const sha256 = createHash('sha256').update(upload.bytes).digest('hex').slice(0, 32)
  return await waitFor(upload.id, target, ({ source }) => source?.sha256 === sha256)
}

/**
 * Requests `/img/:id.json` until the image is ready, no upload is to replace it, and `isIt` returns true. It sends the
 * upload token, which an edge that answers only signed URLs accepts instead of a signature.
 * @throws StrataError as `waitUntilReady`
 */
export async function waitFor(
  id: string,
  target: UploadTarget,
  isIt: (info: Info) => boolean,
): Promise<Info> {
  const deadline = Date.now() + target.timeoutMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const info = await readInfo(id, target)
    const { state, replacing } = info
    if (replacing?.state === 'failed' && replacing.error) throw edgeError(replacing.error)
    if (state === 'ready' && replacing === undefined && isIt(info)) return info
    if (Date.now() > deadline) throw notReady(id, info, target.timeoutMs / 1000)
    await sleep(target.pauseMs ?? pause, undefined, { signal: target.signal })
  }
}

function notReady(id: string, info: Info, seconds: number): StrataError {
  const { state, attempt, error } = info.replacing ?? info
  const old = info.state === 'ready' ? ', the picture that it had before is still served' : ''
  const parts = [
    `${id} is not ready after ${seconds} s: ${state}${old}`,
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(error === undefined ? [] : [`the attempt before failed with ${error.code}: ${error.message}`]),
  ]
  return new StrataError('ORIGIN_FAILED', parts.join(', '))
}
