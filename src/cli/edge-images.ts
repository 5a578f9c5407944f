import { StrataError } from '../core/errors.ts'
import { authorization, imageUrl, readInfo, send, type UploadTarget } from './edge-request.ts'

/** `DELETE /img/:id`. Throws what the edge answers. */
export async function deleteImage(id: string, target: UploadTarget): Promise<void> {
  await send(new URL(imageUrl(target, id)), { method: 'DELETE', headers: authorization(target) })
}

/** @throws StrataError NOT_FOUND when the edge has no image with this id, not even a failed one */
export async function requireImage(id: string, target: UploadTarget): Promise<void> {
  try {
    await readInfo(id, target)
  } catch (error) {
    // The answer for a failed image has the status and the code of its failure.
    if (error instanceof StrataError && error.code === 'NOT_FOUND') {
      throw new StrataError('NOT_FOUND', `no image with id ${id}`)
    }
  }
}

/** An image as the list names it. */
export interface ListedImage {
  readonly id: string
  readonly state: string
  /** When its original was stored, as ISO 8601. */
  readonly uploaded?: string
  /** Of a ready image. */
  readonly modelSet?: string
  /** Of a failed image: why. */
  readonly code?: string
}

/** `GET /img`, page by page. Throws what the edge answers. */
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
