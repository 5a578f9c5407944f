import { integer, single } from '../../core/parameters.ts'
import { parseImageId } from '../request/image-id.ts'
import type { ImageStore } from '../store/store.ts'

const MAX_LIMIT = 1000

/**
 * GET of `/img?after=&limit=`, with the upload token: the images in the order of their ids. Where another page
 * follows, `next` is its `after`.
 * @throws StrataError PARAM_INVALID, ID_INVALID, STORAGE_FAILED
 */
export async function listImages(query: URLSearchParams, store: ImageStore): Promise<Response> {
  const limit = integer('limit', single(query, 'limit') ?? String(MAX_LIMIT), 1, MAX_LIMIT)
  const after = single(query, 'after')
  const from = after === undefined ? {} : { after: parseImageId(after).id }
  const { entries, more } = await store.listStates({ ...from, limit })
  const images = entries.map(({ id, state, uploaded, modelSet, code, from }) => ({
    id,
    // An image that is being replaced, or could not be, is served all the same.
    ...(modelSet !== undefined && state !== 'ready'
      ? { state: 'ready' as const, replacing: state }
      : { state }),
    uploaded,
    modelSet,
    code,
    from,
  }))
  const next = more ? images.at(-1)?.id : undefined
  return Response.json({ images, next }, { headers: { 'Cache-Control': 'no-store' } })
}
