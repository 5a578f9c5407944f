import { hasCode, StrataError } from '../core/errors.ts'
import { authorization, imageUrl, readInfo, send, type UploadTarget } from './edge-request.ts'

/** `DELETE /img/:id`. @throws StrataError of the edge's response */
export async function deleteImage(id: string, target: UploadTarget): Promise<void> {
  await send(new URL(imageUrl(target, id)), { method: 'DELETE', headers: authorization(target) })
}

/** @throws StrataError NOT_FOUND when the edge has no image with this id, not even a failed one */
export async function requireImage(id: string, target: UploadTarget): Promise<void> {
  try {
    await readInfo(id, target)
  } catch (error) {
    // For a failed image the response has the status and the code of its failure.
    if (hasCode(error, 'NOT_FOUND')) {
      throw new StrataError('NOT_FOUND', `no image with id ${id}`)
    }
  }
}

/** An image of `GET /img`. */
export interface ListedImage {
  readonly id: string
  readonly state: string
  /** Time at which the original was stored, in ISO 8601. */
  readonly uploaded?: string
  /** Model set of a ready image. */
  readonly modelSet?: string
  /** Error code of a failed image. */
  readonly code?: string
}

/** `GET /img`, page by page. @throws StrataError of the edge's response */
export async function* listImages(target: UploadTarget): AsyncGenerator<ListedImage> {
  let after: string | undefined
  do {
    const url = new URL(`${target.base}/img`)
    if (after !== undefined) url.searchParams.set('after', after)
    const response = await send(url, { headers: authorization(target), signal: target.signal ?? null })
    const page = (await response.json()) as { images: ListedImage[]; next?: string }
    yield* page.images
    after = page.next
  } while (after !== undefined)
}
