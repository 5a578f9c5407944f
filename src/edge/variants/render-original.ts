import { type Origin, OriginDown } from '../origin/origin.ts'
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

/** Milliseconds. A connection that breaks sooner was a kept one that the origin had just closed, so it is worth another try. */
const BROKEN_SOON_MS = 5000

/**
 * Has the origin make a picture of an original in the bucket. Rendering changes nothing, so a request whose connection
 * broke at once is sent once more.
 * @returns undefined when the original is gone
 * @throws as renderAtOrigin; STORAGE_FAILED
 */
export async function renderOriginal(
  stored: StoredOriginal,
  request: RenderRequest,
  services: RenderServices,
  patience: Patience = {},
): Promise<RenderedPicture | undefined> {
  const started = Date.now()
  try {
    return await renderOnce(stored, request, services, patience)
  } catch (error) {
    // A proxy that answers for a dead origin gives no cause: there nothing broke.
    const isDown = error instanceof OriginDown && error.cause !== undefined
    const isBroken = isDown && Date.now() - started < BROKEN_SOON_MS
    if (!isBroken) throw error
    return await renderOnce(stored, request, services, patience)
  }
}

async function renderOnce(
  { original, sha256 }: StoredOriginal,
  request: RenderRequest,
  { store, origin }: RenderServices,
  patience: Patience,
): Promise<RenderedPicture | undefined> {
  const object = await store.get(original)
  if (object === null) return undefined
  const contentType = object.httpMetadata?.contentType ?? 'application/octet-stream'
  const sent = { body: object.body, contentType, sha256, requestId: crypto.randomUUID() }
  return await renderAtOrigin(origin(), sent, request, patience)
}
