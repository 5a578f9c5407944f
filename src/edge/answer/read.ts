/*
 * Room answer/: from a request to its response: look the image up, let plan/ decide, send a prefix of the file or a
 * picture, with the headers that caches and browsers need. It is the last room: it may import every other, and only
 * app.ts imports it. It writes no record; what is missing is made by variants/ and ingest/.
 */

import { StrataError } from '../../core/errors.ts'
import type { ReadGrant } from '../access/authorize.ts'
import type { Jobs } from '../ingest/jobs.ts'
import { PENDING_HEADERS } from '../ingest/pending.ts'
import { resumeIfDead } from '../ingest/resume.ts'
import { makePlan, type PlanInput, type PlanRules } from '../plan/plan.ts'
import { readAccept } from '../request/accept.ts'
import { readHints } from '../request/hints.ts'
import { type ImageId, parseImageId, parseImageName } from '../request/image-id.ts'
import { parseImageParams } from '../request/params.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { EMBED_MODELS } from '../transcoder/embed-models.ts'
import type { Transcoder } from '../transcoder/transcoder.ts'
import type { VariantServices } from '../variants/find-or-make.ts'
import type { CachePolicy } from './headers.ts'
import { failedInfo, imageInfo, openInfo } from './info.ts'
import { answerLookup, type Lookup, type LookupServices } from './lookup.ts'
import { respondNative } from './native.ts'
import { respondOriginal } from './original-fallback.ts'
import { respondPicture } from './picture.ts'
import { ServerTiming } from './timing.ts'

export type ReadServices = LookupServices &
  Omit<VariantServices, 'transcoder'> & {
    readonly jobs: () => Jobs
    readonly transcoder: () => Transcoder | undefined
  }

/** The options that reading depends on. */
type ReadOptions = Omit<PlanRules, 'embedModels' | 'exactQuality'> &
  Pick<CachePolicy, 'maxAge' | 'staleWhileRevalidate'> & { readonly serveOriginal: boolean }

/** One GET or HEAD of an image, parsed. */
interface ImageRequest {
  readonly request: Request
  readonly input: PlanInput
  readonly grant: ReadGrant
  readonly policy: CachePolicy
  readonly timing: ServerTiming
}

/** GET and HEAD of `/img/:id`: request to plan to response. */
export async function readImage(
  name: string,
  request: Request,
  grant: ReadGrant,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response> {
  const { image: wanted, extension } = parseImageName(name)
  const timing = new ServerTiming()
  const parsed: ImageRequest = {
    request,
    input: {
      params: parseImageParams(new URL(request.url).searchParams, extension),
      hints: readHints(request.headers),
      accepted: readAccept(request.headers.get('Accept')),
    },
    grant,
    policy: cachePolicyOf(wanted, grant, options),
    timing,
  }
  const response = await timing.measure('total', () =>
    answerLookup(wanted, services, (lookup) => answerImage(lookup, parsed, services, options)),
  )
  response.headers.set('Server-Timing', timing.toString())
  return response
}

async function answerImage(
  lookup: Lookup,
  parsed: ImageRequest,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response | undefined> {
  if (lookup.kind === 'failed') throw new StrataError(lookup.state.error.code, lookup.state.error.message)
  if (lookup.kind === 'ready') return await answerReady(lookup.image, parsed, services, options)
  await resumeIfDead(lookup.id, lookup.stored, services)
  const original = await originalOf(lookup.state, parsed.request, services.store, options)
  return original ?? new Response(null, { status: 202, headers: PENDING_HEADERS })
}

async function answerReady(
  image: LoadedImage,
  { request, input, grant, policy, timing }: ImageRequest,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response | undefined> {
  const transcoder = services.transcoder()
  // Without a transcoder, pictures that this version's transcoder made before may still be kept.
  const embedModels = transcoder ? (transcoder.embedModels ?? []) : EMBED_MODELS
  const plan = makePlan(image.header, input, { ...options, embedModels, exactQuality: grant.coversQuery })
  if (plan.kind === 'truncate') {
    return await timing.measure('store', () => respondNative(request, image, plan, services, policy))
  }
  try {
    return await respondPicture(request, image, plan, { ...services, transcoder, timing }, policy)
  } catch (error) {
    const isMissing = error instanceof StrataError && error.code === 'TRANSCODER_MISSING'
    const original = isMissing && (await originalOf(image.state, request, services.store, options))
    if (original) return original
    throw error
  }
}

function cachePolicyOf({ id, hash }: ImageId, { expires }: ReadGrant, options: ReadOptions): CachePolicy {
  const { maxAge, staleWhileRevalidate } = options
  return { id, versioned: hash !== undefined, maxAge, staleWhileRevalidate, expires }
}

async function originalOf(
  state: ImageState,
  { method }: Request,
  store: ImageStore,
  { serveOriginal }: ReadOptions,
): Promise<Response | undefined> {
  return serveOriginal ? await respondOriginal(method, state, store) : undefined
}

/** GET and HEAD of `/img/:id.json`. */
export async function readInfo(
  name: string,
  services: LookupServices & Pick<ReadServices, 'jobs'>,
): Promise<Response> {
  return await answerLookup(parseImageId(name), services, async (lookup) => {
    if (lookup.kind === 'failed') return failedInfo(lookup.state)
    if (lookup.kind === 'ready') return imageInfo(lookup.image)
    await resumeIfDead(lookup.id, lookup.stored, services)
    return openInfo(lookup.state)
  })
}

/** `GET /health`. */
export async function readHealth({ store }: Pick<ReadServices, 'store'>): Promise<Response> {
  await store.check()
  return Response.json({ status: 'ok' }, { headers: { 'Cache-Control': 'no-store' } })
}
