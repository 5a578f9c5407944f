import { StrataError } from '../../core/errors.ts'
import { type Ask, makePlan, type PlanRules } from '../plan/plan.ts'
import { negotiate } from '../request/accept.ts'
import { readHints } from '../request/hints.ts'
import { parseImageId } from '../request/image-id.ts'
import { parseImageParams } from '../request/params.ts'
import type { Services } from '../services.ts'
import type { ImageState, OpenState } from '../store/state.ts'
import { EMBED_MODELS } from '../transcoder/embed-models.ts'
import { imageInfo, unreadyInfo } from './info.ts'
import { respondJpeg } from './jpeg.ts'
import { pendingResponse, UNREADY, withImage } from './lookup.ts'
import { type LoadedImage, respondNative } from './native.ts'
import { respondOriginal } from './original-fallback.ts'
import { ServerTiming } from './timing.ts'

/** The options that reading depends on. */
export type ReadOptions = Omit<PlanRules, 'embedModels'> & {
  readonly maxAge: number
  readonly serveOriginal: boolean
}

/** GET and HEAD of `/img/:id`: request to plan to response. */
export async function readImage(
  name: string,
  request: Request,
  services: Services,
  options: ReadOptions,
): Promise<Response> {
  const wanted = parseImageId(name)
  const ask: Ask = {
    params: parseImageParams(new URL(request.url).searchParams),
    hints: readHints(request.headers),
    accepted: negotiate(request.headers.get('Accept')),
  }
  const policy = { id: wanted.id, versioned: wanted.hash !== undefined, maxAge: options.maxAge }
  const timing = new ServerTiming()
  const answer = async (image: LoadedImage): Promise<Response | undefined> => {
    const transcoder = services.transcoder()
    // Without a transcoder there may still be what that of this version made.
    const embedModels = transcoder ? (transcoder.embedModels ?? []) : EMBED_MODELS
    const plan = makePlan(image.header, ask, { ...options, embedModels })
    if (plan.kind === 'truncate') {
      return await timing.measure('store', () => respondNative(request, image, plan, services, policy))
    }
    try {
      return await respondJpeg(request, image, plan, { ...services, transcoder, timing }, policy)
    } catch (error) {
      const isMissing = error instanceof StrataError && error.code === 'TRANSCODER_MISSING'
      const original = isMissing && (await originalOf(image.state))
      if (original) return original
      throw error
    }
  }
  const originalOf = async (state: ImageState) =>
    options.serveOriginal ? await respondOriginal(request.method, state, services.store) : undefined
  const open = async (state: OpenState) => (await originalOf(state)) ?? pendingResponse()
  const response = await timing.measure('total', () =>
    withImage(wanted, services, answer, { ...UNREADY, open }),
  )
  response.headers.set('Server-Timing', timing.toString())
  return response
}

/** GET and HEAD of `/img/:id.json`. */
export async function readInfo(name: string, services: Services): Promise<Response> {
  const answer = async ({ header, state }: LoadedImage) =>
    Response.json(imageInfo(header, state), { headers: { 'Cache-Control': 'no-cache' } })
  return await withImage(parseImageId(name), services, answer, unreadyInfo)
}

/** `GET /health`. */
export async function readHealth(services: Services): Promise<Response> {
  await services.store.check()
  return Response.json({ status: 'ok' }, { headers: { 'Cache-Control': 'no-store' } })
}
