import { acceptsNative } from './accept.ts'
import { readHints } from './hints.ts'
import { parseImageId } from './image-id.ts'
import { imageInfo } from './info.ts'
import { respondJpeg } from './jpeg.ts'
import { pendingResponse, withImage } from './lookup.ts'
import { type LoadedImage, respondNative } from './native.ts'
import { parseImageParams } from './params.ts'
import { type Ask, makePlan, type PlanRules } from './plan.ts'
import type { Services } from './services.ts'
import { ServerTiming } from './timing.ts'

/** The options that reading depends on. */
export type ReadOptions = Omit<PlanRules, 'embedFactors'> & { readonly maxAge: number }

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
    acceptsNative: acceptsNative(request.headers.get('Accept')),
  }
  const policy = { versioned: wanted.hash !== undefined, maxAge: options.maxAge }
  const timing = new ServerTiming()
  const answer = async (image: LoadedImage): Promise<Response | undefined> => {
    const transcoder = services.transcoder()
    const plan = makePlan(image.header, ask, { ...options, embedFactors: transcoder.embedFactors ?? [1] })
    if (plan.kind === 'truncate') {
      return await timing.measure('store', () => respondNative(request, image, plan, services.store, policy))
    }
    return await respondJpeg(request, image, plan, { ...services, transcoder, timing }, policy)
  }
  const response = await timing.measure('total', () => withImage(wanted, services, answer))
  response.headers.set('Server-Timing', timing.toString())
  return response
}

/** GET and HEAD of `/img/:id.json`. */
export async function readInfo(name: string, services: Services): Promise<Response> {
  const response = await withImage(parseImageId(name), services, async ({ header, state }) => {
    return Response.json(imageInfo(header, state), { headers: { 'Cache-Control': 'no-cache' } })
  })
  if (response.status !== 202) return response
  return Response.json({ state: 'pending' }, { status: 202, headers: pendingResponse().headers })
}

/** `GET /health`. */
export async function readHealth(services: Services): Promise<Response> {
  await services.store.check()
  return Response.json({ status: 'ok' }, { headers: { 'Cache-Control': 'no-store' } })
}
