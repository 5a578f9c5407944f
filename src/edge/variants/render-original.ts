import type { Origin } from '../origin/origin.ts'
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
  { original, sha256 }: StoredOriginal,
  request: RenderRequest,
  { store, origin }: RenderServices,
  patience: Patience = {},
): Promise<RenderedPicture | undefined> {
  const object = await store.get(original)
  if (object === undefined) return undefined
  const { body, contentType } = object
  const sent = { body, contentType, sha256, requestId: crypto.randomUUID() }
  return await renderAtOrigin(origin(), sent, request, patience)
}
