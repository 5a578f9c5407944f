/*
 * Room plan/: the decision how a request is answered, as a plain object: which layer, size, format and quality, and
 * the ETag that follows from them. Everything here is pure: no I/O, no clock, no bucket, so that the same input
 * always gives the same plan, and a table of cases tests it.
 */

import { type Box, type BoxedSize, coveringPart, fitBox, type Size } from '../../core/box.ts'
import { invalidParam } from '../../core/errors.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { LayerInfo, StrataHeader } from '../../format/types.ts'
import type { RenderRequest } from '../origin/render.ts'
import type { Acceptance } from '../request/accept.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'
import type { TranscodeRequest } from '../transcoder/transcoder.ts'
import { chooseEmbed, type EmbedRules, wantedFactor } from './embed.ts'
import { chooseFormat, type FormatRules, isMadeHere } from './format.ts'
import { chooseSource, decodable, last, snapUp } from './layers.ts'
import { type QualityRules, wantedQuality } from './quality.ts'
import { planRender, type RenderPlan, renderRequest } from './render.ts'
import { allowSize, type SizeRules, type WantedWidth, wantedWidth } from './wanted-size.ts'

/** What a decision rests on, besides the file's header and the rules. */
export interface PlanInput {
  readonly params: ImageParams
  readonly hints: ClientHints
  /** What `Accept` says; it counts only where the URL names no format. */
  readonly accepted: Acceptance
}

export interface PlanRules extends SizeRules, EmbedRules, FormatRules, QualityRules {
  /** Width in pixels of the widest layer that is decoded at the edge. */
  readonly maxTranscodeWidth: number
  /** Whether the original is there, so that the origin can make pictures of it. */
  readonly canRender: boolean
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

/** Decode one layer and send it as a picture that every browser, or this client, reads. */
export interface TranscodePlan extends PlanBase {
  readonly kind: 'transcode'
  readonly request: TranscodeRequest
  /** Id of the model that hides the detail; undefined where `request.ht` is 1. */
  readonly embedModel?: string
  /** Formats to try, in this order, where the encoder of `request.format` fails. */
  readonly fallbacks: readonly PictureFormat[]
  /** How the origin would make the same picture; undefined where it cannot. */
  readonly render?: RenderRequest
}

/** Have the origin make the picture; where it cannot, decode a layer after all. */
interface PlannedRender extends RenderPlan {
  readonly otherwise?: TranscodePlan
}

export type Plan = TruncatePlan | TranscodePlan | PlannedRender

/** What was asked for, and the layers that it may be made of. */
interface Sizes {
  readonly wanted: WantedWidth
  readonly asked: Size
  readonly layers: readonly LayerInfo[]
}

/** Pixels of the largest layer that is decoded here while the origin can render: some two seconds of work. */
const MAX_DECODED_PIXELS = 6_000_000

/**
 * Decides how one request is answered. A picture is as wide as asked for, but never above the source's width.
 * @throws StrataError PARAM_INVALID for an embed factor without a model, a size that is not allowed, or a format that
 * is not made at this size; NOT_ACCEPTABLE
 */
export function makePlan(header: StrataHeader, input: PlanInput, rules: PlanRules): Plan {
  const { params, accepted } = input
  const { format } = params
  const wanted = wantedWidth(params, input.hints, rules)
  const vary = format === 'auto' ? ['Accept', ...wanted.vary] : wanted.vary
  if (format !== 'native' && !(format === 'auto' && accepted.native)) {
    return planPicture(header, input, rules, { ...wanted, vary })
  }
  const isWhole = format === 'native' && wanted.source === 'default'
  const layer = isWhole ? last(header.layers) : snapUp(header.layers, wanted.width)
  const contentDpr = isWhole ? undefined : density(layer.width, wanted)
  return { kind: 'truncate', layer: layer.index, length: layer.end, vary, contentDpr }
}

/**
 * The edge makes the picture where it can; the origin makes what is larger than any layer that is decoded here, or too
 * large for the encoder of its format, or whose layer takes too long to decode.
 */
function planPicture(
  header: StrataHeader,
  input: PlanInput,
  rules: PlanRules,
  wanted: WantedWidth,
): TranscodePlan | PlannedRender {
  const { params, accepted } = input
  const layers = decodable(header.layers, rules.maxTranscodeWidth)
  const asked = allowSize(params, wanted, rules.allowedWidths)
  if (!rules.canRender) return planTranscode(header, input, rules, { wanted, asked, layers })
  const largest = sizeOf(header.source, header.source, params, asked, rules)
  const here = sizeOf(header.source, last(layers), params, asked, rules)
  const rendered = planRender(input, rules)
  // Any width above the source's is the source's, under one name.
  const bounded =
    params.height === undefined ? { ...rendered.request, width: largest.width } : rendered.request
  const whole = { ...rendered, request: bounded, contentDpr: density(largest.width, wanted) }
  if (!isMadeHere(params, accepted, rules, here)) return whole
  const plan = planTranscode(header, input, rules, { wanted, asked, layers })
  const { layer, format, quality, ht } = plan.request
  if (ht !== 1) return plan
  const { width, height } = header.layers[layer] as Size
  const isLarger = largest.width > here.width || largest.height > here.height
  if (isLarger || width * height > MAX_DECODED_PIXELS) return { ...whole, otherwise: plan }
  return { ...plan, render: renderRequest(params, asked, format, quality) }
}

function planTranscode(
  header: StrataHeader,
  { params, hints, accepted }: PlanInput,
  rules: PlanRules,
  { wanted, asked, layers }: Sizes,
): TranscodePlan {
  const frame = frameOf(header, layers, params, asked, rules)
  const { size, shown, scale } = frame.boxed
  const embed = frame.isWhole ? hiddenIn(layers, size, params, rules) : undefined
  const factor = embed?.model.factor ?? 1
  const source = embed?.layer ?? chooseSource(layers, shown)
  const { quality, dependsOnSaveData } = wantedQuality(params.quality, hints.saveData, factor, rules)
  const { format, fallbacks } = embed
    ? { format: 'jpeg' as const, fallbacks: [] }
    : chooseFormat(params, accepted, rules, size)
  return {
    kind: 'transcode',
    request: { layer: source.index, ...size, ...frame.placing, format, quality, ht: factor },
    ...(embed && { embedModel: embed.model.id }),
    fallbacks,
    length: source.end,
    vary: dependsOnSaveData ? [...wanted.vary, 'Save-Data'] : wanted.vary,
    contentDpr: density(frame.width * scale, wanted),
  }
}

/** The size of the picture, and which part of the source it shows how. */
function frameOf(
  { source }: StrataHeader,
  layers: readonly Size[],
  params: ImageParams,
  asked: Size,
  rules: PlanRules,
): {
  readonly boxed: BoxedSize
  readonly width: number
  readonly placing: Pick<TranscodeRequest, 'fit' | 'focus' | 'background'>
  /** Whether the picture shows the whole source and nothing else. */
  readonly isWhole: boolean
} {
  const largest = layers[layers.length - 1] as Size
  const boxed = fitBox(source, largest, boxOf(params, asked), 2 * rules.maxTranscodeWidth)
  const { padded } = boxOf(params, asked)
  const { size, shown } = boxed
  const { height, fit, focus, background } = params
  const isPadded = padded && !isSame(size, shown)
  const isCovering = height !== undefined && fit === 'cover' && !isSame(coveringPart(largest, size), largest)
  const placing = isCovering
    ? { fit: 'cover' as const, ...(focus && { focus }) }
    : isPadded
      ? { fit: 'contain' as const, background }
      : {}
  return { boxed, width: asked.width, placing, isWhole: !isPadded && !isCovering }
}

function boxOf({ height, fit, background }: ImageParams, asked: Size): Box {
  const isBoxed = height !== undefined
  const padded = isBoxed && fit === 'contain' && background !== undefined
  return { width: asked.width, height: isBoxed ? asked.height : undefined, fit, padded }
}

/** Size of the picture where it is made of a picture of size `largest`. */
function sizeOf(source: Size, largest: Size, params: ImageParams, asked: Size, rules: PlanRules): Size {
  return fitBox(source, largest, boxOf(params, asked), 2 * rules.maxTranscodeWidth).size
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

/** What a JPEG of this size hides. @throws StrataError PARAM_INVALID where another format is asked to hide something */
function hiddenIn(
  layers: Parameters<typeof chooseEmbed>[0],
  size: Size,
  { format, ht }: ImageParams,
  rules: PlanRules,
): ReturnType<typeof chooseEmbed> {
  if (format === 'auto' || format === 'jpeg') return chooseEmbed(layers, size, ht, rules)
  if (ht === undefined || wantedFactor(ht, rules) === 1) return undefined
  throw invalidParam('ht', `1 with f=${format}: only a JPEG hides detail`, ht)
}

/** Value of `Content-DPR` for a picture of this width. */
function density(width: number, wanted: WantedWidth): number | undefined {
  return wanted.cssWidth === undefined ? undefined : width / wanted.cssWidth
}

/** Value of the `Strata-Plan` response header. */
export function planLabel(plan: Plan): string {
  if (plan.kind === 'truncate') return `truncate;layer=${plan.layer}`
  if (plan.kind === 'render') return renderLabel(plan.request)
  const { layer, width, format, ht } = plan.request
  return `transcode;layer=${layer};w=${width};f=${format}${ht === 1 ? '' : `;ht=${ht}`}`
}

/** The same for a picture that the origin makes. @param width of the picture, where it is known */
export function renderLabel({ width, format }: RenderRequest, delivered = width): string {
  return `render;w=${delivered === undefined ? 'auto' : Math.round(delivered)};f=${format}`
}
