import type { Origin, SentOriginal } from '../origin/origin.ts'
import { type Patience, type RenderedPicture, type RenderRequest, renderAtOrigin } from '../origin/render.ts'
import type { ImageStore } from '../store/store.ts'

export interface RenderServices {
  readonly store: Pick<ImageStore, 'get'>
  readonly origin: () => Origin
}

/** An original in the bucket. */
export interface StoredOriginal {
  /** Key. */
  readonly original: string
  /** Hexadecimal. */
  readonly sha256: string
}

/**
 * Has the origin make a picture of an original in the bucket.
 * @returns undefined when the original is gone
 * @throws as renderAtOrigin; STORAGE_FAILED
 */
export async function renderOriginal(
  source: StoredOriginal,
  request: RenderRequest,
  services: RenderServices,
  patience: Patience = {},
): Promise<RenderedPicture | undefined> {
  return await sendOriginal(source, services, (sent) =>
    renderAtOrigin(services.origin(), sent, request, patience),
  )
}

/**
 * Gives an original in the bucket to `send`.
 * @returns undefined when it is gone
 * @throws StrataError STORAGE_FAILED; whatever `send` throws
 */
export async function sendOriginal<T>(
  { original, sha256 }: StoredOriginal,
  { store }: Pick<RenderServices, 'store'>,
  send: (sent: SentOriginal) => Promise<T>,
): Promise<T | undefined> {
  const object = await store.get(original)
  if (object === null) return undefined
  const contentType = object.httpMetadata?.contentType ?? 'application/octet-stream'
  return await send({ body: object.body, contentType, sha256, requestId: crypto.randomUUID() })
}
