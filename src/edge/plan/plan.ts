/*
 * Room plan/: the decision how a request is answered, as a plain object: which layer, size, format and quality, and
 * the ETag that follows from them. Everything here is pure: no I/O, no clock, no bucket, so that the same input
 * always gives the same plan, and a table of cases tests it.
 */

import { StrataError } from '../../core/errors.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import type { StrataHeader } from '../../format/types.ts'
import type { Accepted } from '../request/accept.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'
import type { TranscodeRequest } from '../transcoder/transcoder.ts'
import { type BoxedSize, fitBox } from './box.ts'
import { chooseEmbed, type EmbedRules } from './embed.ts'
import { cap, last, snapUp } from './layers.ts'
import { allowSize, type SizeRules, type WantedWidth, wantedWidth } from './wanted-size.ts'

/** What a decision rests on, besides the file's header and the rules. */
export interface PlanInput {
  readonly params: ImageParams
  readonly hints: ClientHints
  /** The format that `Accept` prefers; it counts only where the URL names none. */
  readonly accepted: Accepted
}

export interface PlanRules extends SizeRules, EmbedRules {
  /** Width in pixels of the widest layer that is decoded at the edge. */
  readonly maxTranscodeWidth: number
}

interface PlanBase {
  /** Bytes of the file up to the end of the highest layer that is sent or decoded. */
  readonly length: number
  /** Request headers that the decision depends on. */
  readonly vary: readonly string[]
  /** Image pixels per CSS pixel, only where a hint chose the width: it changes the page's layout. */
  readonly contentDpr: number | undefined
}

/** Send the bytes [0, length) of the file as they are. */
export interface TruncatePlan extends PlanBase {
  readonly kind: 'truncate'
  /** Highest layer that is sent. */
  readonly layer: number
}

/** Decode one layer and send it as a JPEG. */
export interface TranscodePlan extends PlanBase {
  readonly kind: 'transcode'
  readonly request: TranscodeRequest
  /** Id of the model that hides the detail; undefined where `request.ht` is 1. */
  readonly embedModel?: string
}

export type Plan = TruncatePlan | TranscodePlan

/** JPEG quality where neither the URL nor `Save-Data` says otherwise. */
const DEFAULT_QUALITY = 75
const SAVE_DATA_QUALITY = 50

/**
 * Decides how one request is answered. The width snaps up to the ladder and is never above the source's.
 * @throws StrataError PARAM_INVALID for an embed factor without a model or a size that is not allowed, NOT_ACCEPTABLE
 */
export function makePlan(header: StrataHeader, input: PlanInput, rules: PlanRules): Plan {
  const { params, accepted } = input
  const { format } = params
  const wanted = wantedWidth(params, input.hints, rules)
  const vary = format === 'auto' ? ['Accept', ...wanted.vary] : wanted.vary
  if (format === 'native' || (format === 'auto' && accepted === 'native')) {
    const isWhole = format === 'native' && wanted.source === 'default'
    const layer = isWhole ? last(header.layers) : snapUp(header.layers, wanted.width)
    const contentDpr = isWhole ? undefined : density(layer.width, wanted)
    return { kind: 'truncate', layer: layer.index, length: layer.end, vary, contentDpr }
  }
  if (format === 'auto' && accepted === 'none')
    throw new StrataError('NOT_ACCEPTABLE', `Accept: expected image/jpeg or ${STRATA_TYPE} with q above 0`)
  return planJpeg(header, input, rules, { ...wanted, vary })
}

function planJpeg(
  header: StrataHeader,
  { params, hints }: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
): TranscodePlan {
  const allowed = allowSize(params, wanted, rules.allowedWidths)
  const boxed = params.height === undefined ? undefined : fitHeight(header, params, rules, allowed)
  const shown =
    boxed?.layer ?? cap(header.layers, snapUp(header.layers, allowed.width), rules.maxTranscodeWidth)
  const size = boxed?.size ?? shown
  const isResized = size.width !== shown.width || size.height !== shown.height
  const isPadded = params.fit === 'contain' && params.background !== undefined
  // A resized picture hides nothing: its detail would belong to no layer.
  const embed = isResized ? undefined : chooseEmbed(header.layers, shown, params.ht, rules)
  const decoded = embed?.layer ?? shown
  // Plain JPEGs are small at any quality; Save-Data gives up the hidden detail first.
  const dependsOnSaveData = embed !== undefined && params.quality === undefined
  return {
    kind: 'transcode',
    request: {
      layer: decoded.index,
      width: size.width,
      height: size.height,
      ...(isResized && { fit: params.fit }),
      ...(isResized && isPadded && { background: params.background }),
      quality: params.quality ?? (dependsOnSaveData && hints.saveData ? SAVE_DATA_QUALITY : DEFAULT_QUALITY),
      ht: embed?.model.factor ?? 1,
    },
    ...(embed && { embedModel: embed.model.id }),
    length: decoded.end,
    vary: dependsOnSaveData ? [...wanted.vary, 'Save-Data'] : wanted.vary,
    contentDpr: boxed ? density(allowed.width * boxed.scale, wanted) : density(shown.width, wanted),
  }
}

/** With `h` the JPEG fits a box of the wanted size instead of the ladder. */
function fitHeight(
  { source, layers }: StrataHeader,
  { fit, background }: ImageParams,
  { maxTranscodeWidth }: PlanRules,
  size: { readonly width: number; readonly height: number },
): BoxedSize {
  const largest = cap(layers, last(layers), maxTranscodeWidth)
  const decodable = layers.slice(0, largest.index + 1)
  const box = { ...size, fit, padded: background !== undefined }
  return fitBox(source, decodable, box, 2 * maxTranscodeWidth)
}

/** Value of `Content-DPR` for a picture of this width. */
function density(width: number, wanted: WantedWidth): number | undefined {
  return wanted.cssWidth === undefined ? undefined : width / wanted.cssWidth
}

/** Value of the `Strata-Plan` response header. */
export function planLabel(plan: Plan): string {
  if (plan.kind === 'truncate') return `truncate;layer=${plan.layer}`
  const { layer, width, ht } = plan.request
  return `transcode;layer=${layer};w=${width};ht=${ht}`
}
