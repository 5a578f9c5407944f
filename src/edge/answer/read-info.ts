import { replaceDamaged, resumeIfDead, resumeReplacing } from '../ingest/resume.ts'
import { parseImageId } from '../request/image-id.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ReadServices } from './image-request.ts'
import { failedInfo, imageInfo, type KeptPictures, openInfo } from './info.ts'
import { answerLookup, type Lookup } from './lookup.ts'

/** GET and HEAD of `/img/:id.json`. */
export async function readInfo(name: string, services: ReadServices): Promise<Response> {
  const describe = async (lookup: Lookup) => {
    if (lookup.kind === 'failed') return failedInfo(lookup.state)
    if (lookup.kind === 'ready') {
      resumeReplacing(lookup.image.id, lookup.stored, services)
      return imageInfo(lookup.image, lookup.stored?.state, await keptPictures(lookup.image, services))
    }
    if (lookup.kind === 'damaged') {
      const state = await replaceDamaged(lookup.id, lookup.state, services)
      if (state === undefined) throw lookup.error
      return openInfo(lookup.id, state)
    }
    await resumeIfDead(lookup.id, lookup.stored, services)
    return openInfo(lookup.id, lookup.state)
  }
  // Who waits for an upload must not hear of the image before it.
  return await answerLookup(parseImageId(name), services, describe, false)
}

async function keptPictures(
  { id, state }: LoadedImage,
  { variants, censuses, promoteAfter }: ReadServices,
): Promise<KeptPictures | undefined> {
  if (variants === undefined) return undefined
  const { hash, original } = state
  const census = await censuses.read(`${id}/${hash}`, () => variants.census(id, hash)).catch(() => undefined)
  return census && { ...census, promotes: promoteAfter > 0 && original !== undefined }
}

/** `unknown`: one that cannot be asked. */
type TranscoderHealth = 'ok' | 'missing' | 'failed' | 'unknown'

/**
 * `GET /health`: the bucket answers, and the transcoder, where there is one, can make pictures.
 * @throws StrataError STORAGE_FAILED
 */
export async function readHealth({
  store,
  transcoder,
}: Pick<ReadServices, 'store' | 'transcoder'>): Promise<Response> {
  const [health] = await Promise.all([transcoderHealth(transcoder()), store.check()])
  const isWell = health !== 'failed'
  const headers = { 'Cache-Control': 'no-store', ...(!isWell && { 'Retry-After': '5' }) }
  return Response.json(
    { status: isWell ? 'ok' : 'failed', transcoder: health },
    { status: isWell ? 200 : 503, headers },
  )
}

async function transcoderHealth(
  transcoder: ReturnType<ReadServices['transcoder']>,
): Promise<TranscoderHealth> {
  if (transcoder === undefined) return 'missing'
  if (transcoder.check === undefined) return 'unknown'
  try {
    await transcoder.check()
    return 'ok'
  } catch (error) {
    console.error(JSON.stringify({ event: 'transcoder-failed', message: String(error) }))
    return 'failed'
  }
}
