/*
 * Room answer/: from a request to its response: look the image up, let plan/ decide, send a prefix of the file or a
 * picture, with the headers that caches and browsers need. It is the last room: it may import every other, and only
 * app.ts imports it. It writes no record; what is missing is made by variants/ and ingest/.
 */

import { hasCode, invalidParam, StrataError } from '../../core/errors.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { ReadGrant } from '../access/authorize.ts'
import { resumeIfDead, resumeReplacing } from '../ingest/resume.ts'
import { makePlan } from '../plan/plan.ts'
import type { PlannedRender, SlicePlan, TranscodePlan } from '../plan/types.ts'
import { readAccept } from '../request/accept.ts'
import { readHints } from '../request/hints.ts'
import { type ImageId, parseImageName } from '../request/image-id.ts'
import { parseImageParams } from '../request/params.ts'
import { presetParams, withPreset } from '../request/presets.ts'
import { inSteps } from '../request/steps.ts'
import type { LoadedImage } from '../store/header-cache.ts'
import type { ImageState } from '../store/state.ts'
import type { ImageStore } from '../store/store.ts'
import { EMBED_MODELS } from '../transcoder/embed-models.ts'
import type { CachePolicy } from './headers.ts'
import type { ImageRequest, ReadOptions, ReadServices } from './image-request.ts'
import { answerLookup, isDamage, type Lookup } from './lookup.ts'
import { respondNative } from './native.ts'
import { respondOriginal } from './original-fallback.ts'
import { respondPicture } from './picture.ts'
import { respondRendered } from './render.ts'
import { respondSlice } from './slice.ts'
import { ServerTiming } from './timing.ts'
import { answerDamaged, answerOpen, isAway } from './unencoded.ts'

/** GET and HEAD of `/img/:id`: request to plan to response. */
export async function readImage(
  name: string,
  request: Request,
  grant: ReadGrant,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response> {
  const { image, extension } = parseImageName(name)
  if (extension !== undefined && options.presetsOnly) throw invalidParam('f', 'only preset', extension)
  return await readImageById(image, extension, request, grant, services, options)
}

/** The same for an id that did not come from the URL. @param extension the format that the URL's extension names */
export async function readImageById(
  wanted: ImageId,
  extension: PictureFormat | undefined,
  request: Request,
  grant: ReadGrant,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response> {
  const timing = new ServerTiming()
  const query = new URL(request.url).searchParams
  const params = parseImageParams(withPreset(query, options), extension)
  const parsed: ImageRequest = {
    request,
    input: {
      params: grant.coversQuery ? params : inSteps(params, presetParams(query, options)),
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
  if (lookup.kind === 'ready') {
    resumeReplacing(lookup.image.id, lookup.stored, services)
    return await answerReady(lookup.image, parsed, services, options)
  }
  if (lookup.kind === 'damaged') return await answerDamaged(lookup, parsed, services, options)
  await resumeIfDead(lookup.id, lookup.stored, services)
  const original = await originalOf(lookup.state, parsed.request, services.store, options)
  return original ?? (await answerOpen(lookup.id, lookup.state, parsed, services, options))
}

/** Whether the picture is made, but has more bytes than an edge takes. A smaller one will do. */
function isTooLarge(error: unknown): boolean {
  return hasCode(error, 'INPUT_TOO_LARGE')
}

async function answerReady(
  image: LoadedImage,
  parsed: ImageRequest,
  services: ReadServices,
  options: ReadOptions,
): Promise<Response | undefined> {
  const { request, input, grant, policy, timing } = parsed
  const transcoder = services.transcoder()
  // Without a transcoder, pictures that this version's transcoder made before may still be kept.
  const embedModels = transcoder ? (transcoder.embedModels ?? []) : EMBED_MODELS
  const { original: kept, focus: attention } = image.state
  const canRender = kept !== undefined
  const rules = { ...options, embedModels, exactQuality: grant.coversQuery, canRender, attention }
  const plan = makePlan(image.header, input, rules, image.state.frames)
  if (plan.kind === 'truncate') {
    return await timing.measure('store', () => respondNative(request, image, plan, services, policy))
  }
  try {
    if (plan.kind === 'render') return await answerRendered(image, plan, parsed, services)
    return await answerPlanned(image, plan, parsed, services)
  } catch (error) {
    if (isDamage(error) && kept !== undefined) {
      const { id, state } = image
      const made = await answerOpen(id, { ...state, original: kept }, parsed, services, options)
      if (made?.status === 202) throw error
      return made
    }
    const isMissing = hasCode(error, 'TRANSCODER_MISSING')
    const original = isMissing && (await originalOf(image.state, request, services.store, options))
    if (!original) throw error
    if (plan.vary.length > 0) original.headers.set('Vary', plan.vary.join(', '))
    return original
  }
}

/** A picture that the edge has, or makes. */
async function answerPlanned(
  image: LoadedImage,
  plan: SlicePlan | TranscodePlan,
  { request, policy, timing }: ImageRequest,
  services: ReadServices,
): Promise<Response | undefined> {
  if (plan.kind === 'slice')
    return await timing.measure('store', () => respondSlice(request, image, plan, services, policy))
  const all = { ...services, transcoder: services.transcoder(), timing }
  return await respondPicture(request, image, plan, all, policy)
}

/** A picture that the origin makes; where it does not answer, the edge gives what it can. */
async function answerRendered(
  image: LoadedImage,
  plan: PlannedRender,
  parsed: ImageRequest,
  services: ReadServices,
): Promise<Response | undefined> {
  const { request, policy, timing } = parsed
  const { id, state } = image
  const { original = '', sha256, hash } = state
  const all = { ...services, transcoder: services.transcoder(), timing }
  try {
    return await respondRendered(request, { id, original, sha256, hash }, plan, all, policy)
  } catch (error) {
    // An origin that cannot make an animation may answer with any error.
    const mayGoOn =
      isAway(error) || isTooLarge(error) || (plan.request.frames === 'all' && error instanceof StrataError)
    if (plan.otherwise === undefined || !mayGoOn) throw error
    return await answerPlanned(image, plan.otherwise, parsed, services)
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
