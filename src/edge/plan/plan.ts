import { StrataError } from '../../core/errors.ts'
import type { LayerInfo, StrataHeader } from '../../format/types.ts'
import type { Accepted } from '../request/accept.ts'
import type { ClientHints } from '../request/hints.ts'
import type { EmbedFactor, Fit, ImageParams } from '../request/params.ts'
import type { EmbedModel } from '../transcoder/transcoder.ts'
import { type BoxedSize, fitBox } from './box.ts'

/** Everything a decision rests on; no I/O, so the same ask always gives the same plan. */
export interface Ask {
  readonly params: ImageParams
  readonly hints: ClientHints
  /** What `Accept` prefers; looked at only where the URL names no format. */
  readonly accepted: Accepted
}

export interface PlanRules {
  readonly defaultWidth: number
  readonly maxTranscodeWidth: number
  /** `fill`: hints count only without `w`. `cap`: they also bound an explicit `w` from above. `off`: not read. */
  readonly hints: 'fill' | 'cap' | 'off'
  /** Widths and heights in device pixels that a URL may ask a JPEG in, ascending. Empty: any. */
  readonly allowedWidths: readonly number[]
  /** Widest layer that is decoded to be hidden in a JPEG. */
  readonly maxEmbedWidth: number
  /** What the transcoder can hide detail with. */
  readonly embedModels: readonly EmbedModel[]
}

interface Chosen {
  /** Highest layer that is sent or decoded. */
  readonly layer: number
  /** Bytes of the file up to the end of that layer. */
  readonly length: number
  /** Request headers the decision looked at. */
  readonly vary: readonly string[]
  /** Image pixels per CSS pixel, only when a hint chose the width: it changes layout. */
  readonly contentDpr: number | undefined
}

/** Send the bytes [0, length) of the file as they are. */
export interface TruncatePlan extends Chosen {
  readonly kind: 'truncate'
}

/** Decode one layer and send it as a JPEG of width x height. */
export interface TranscodePlan extends Chosen {
  readonly kind: 'transcode'
  readonly width: number
  readonly height: number
  /** How the layer comes to that size; undefined where it is the size of a layer. */
  readonly fit?: Fit
  /** Colour around a contained picture: without it the size has the picture's proportions. */
  readonly background?: string
  readonly quality: number
  /** 1: nothing is hidden, and there is no `embedModel`. */
  readonly ht: EmbedFactor
  readonly embedModel?: string
}

/** Where neither the URL nor `Save-Data` says otherwise. */
const DEFAULT_QUALITY = 75
const SAVE_DATA_QUALITY = 50
/** Hidden where the file has it and nothing else is asked for. */
const DEFAULT_FACTOR = 2

export type Plan = TruncatePlan | TranscodePlan

/**
 * Decides how one request is answered: the width snaps up to the ladder and is never above the source.
 * @throws StrataError PARAM_INVALID for an embed factor the transcoder does not make or a width that is not allowed,
 * NOT_ACCEPTABLE
 */
export function makePlan(header: StrataHeader, ask: Ask, rules: PlanRules): Plan {
  const { format } = ask.params
  const wanted = wantedWidth(ask, rules)
  const vary = format === 'auto' ? ['Accept', ...wanted.vary] : wanted.vary
  if (format === 'native' || (format === 'auto' && ask.accepted === 'native')) {
    const whole = format === 'native' && wanted.source === 'default'
    const layer = whole ? last(header.layers) : snapUp(header.layers, wanted.width)
    const contentDpr = whole ? undefined : density(layer.width, wanted)
    return { kind: 'truncate', layer: layer.index, length: layer.end, vary, contentDpr }
  }
  if (format === 'auto' && ask.accepted === 'none')
    throw new StrataError('NOT_ACCEPTABLE', 'Accept: expected image/jpeg or image/vnd.strata with q above 0')
  return planJpeg(header, ask, rules, { ...wanted, vary })
}

function planJpeg(header: StrataHeader, ask: Ask, rules: PlanRules, wanted: WantedWidth): TranscodePlan {
  const { params, hints } = ask
  const allowed = allowSize(params, wanted, rules.allowedWidths)
  const boxed = params.height === undefined ? undefined : fitHeight(header, ask, rules, allowed)
  const shown =
    boxed?.layer ?? cap(header.layers, snapUp(header.layers, allowed.width), rules.maxTranscodeWidth)
  const size = boxed?.size ?? shown
  const framed = size.width !== shown.width || size.height !== shown.height
  const padded = params.fit === 'contain' && params.background !== undefined
  // A picture that is resized once more hides nothing: nobody could tell what the detail belongs to.
  const embed = framed ? undefined : chooseEmbed(header.layers, shown, params.ht, rules)
  const decoded = embed?.layer ?? shown
  // Plain JPEGs are small at any quality; who saves data gives up the hidden detail first.
  const looksAtSaveData = embed !== undefined && params.quality === undefined
  return {
    kind: 'transcode',
    layer: decoded.index,
    length: decoded.end,
    width: size.width,
    height: size.height,
    ...(framed && { fit: params.fit }),
    ...(framed && padded && { background: params.background }),
    quality: params.quality ?? (looksAtSaveData && hints.saveData ? SAVE_DATA_QUALITY : DEFAULT_QUALITY),
    ht: embed?.model.factor ?? 1,
    ...(embed && { embedModel: embed.model.id }),
    vary: looksAtSaveData ? [...wanted.vary, 'Save-Data'] : wanted.vary,
    contentDpr: boxed ? density(allowed.width * boxed.scale, wanted) : density(shown.width, wanted),
  }
}

/**
 * What is hidden in a JPEG of layer `shown`: the smallest layer that is `factor` times as wide, up to the pixel that
 * rounding a ladder may cost. Where the file has none, or it is too wide to be decoded for that, the next smaller factor
 * is tried; undefined when none is left.
 * @throws StrataError PARAM_INVALID for a factor the transcoder has no model for
 */
function chooseEmbed(
  layers: readonly LayerInfo[],
  shown: LayerInfo,
  asked: EmbedFactor | undefined,
  { embedModels, maxEmbedWidth }: PlanRules,
): { readonly model: EmbedModel; readonly layer: LayerInfo } | undefined {
  if (asked === 1) return undefined
  if (asked !== undefined && !embedModels.some(({ factor }) => factor === asked)) {
    const known = [1, ...embedModels.map(({ factor }) => factor)].join(', ')
    throw new StrataError('PARAM_INVALID', `ht: only ${known} is available in this version, got ${asked}`)
  }
  const wanted = asked ?? DEFAULT_FACTOR
  for (const model of embedModels.toSorted((a, b) => b.factor - a.factor)) {
    if (model.factor > wanted) continue
    const least = model.factor * (shown.width - 1) + 1
    const layer = snapUp(layers, least)
    if (layer.width >= least && layer.width <= maxEmbedWidth) return { model, layer }
  }
  return undefined
}

/** The value of the `Strata-Plan` response header. */
export function planLabel(plan: Plan): string {
  if (plan.kind === 'truncate') return `truncate;layer=${plan.layer}`
  return `transcode;layer=${plan.layer};w=${plan.width};ht=${plan.ht}`
}

interface WantedWidth {
  /** Device pixels. */
  readonly width: number
  readonly source: 'url' | 'hint' | 'default'
  /** The CSS pixels a hint spoke of. */
  readonly cssWidth: number | undefined
  /** Device pixels per CSS pixel of `h`. */
  readonly dpr: number
  readonly vary: readonly string[]
}

function wantedWidth({ params, hints }: Ask, rules: PlanRules): WantedWidth {
  const urlDpr = params.dpr ?? 1
  const explicit = params.width === undefined ? undefined : params.width * urlDpr
  const hinted = rules.hints === 'off' ? undefined : hintedWidth(hints, params.dpr)
  const vary = rules.hints === 'off' ? [] : hints.vary
  const unhinted = { cssWidth: undefined, dpr: urlDpr }
  if (explicit !== undefined) {
    if (rules.hints !== 'cap') return { ...unhinted, width: explicit, source: 'url', vary: [] }
    return { ...unhinted, width: Math.min(explicit, hinted?.width ?? explicit), source: 'url', vary }
  }
  if (hinted !== undefined) return { ...hinted, source: 'hint', vary }
  return { ...unhinted, width: rules.defaultWidth, source: 'default', vary }
}

function hintedWidth(hints: ClientHints, explicitDpr: number | undefined) {
  const dpr = explicitDpr ?? hints.dpr ?? 1
  if (hints.width !== undefined) return { width: hints.width, cssWidth: hints.width / (hints.dpr ?? 1), dpr }
  if (hints.viewportWidth === undefined) return undefined
  return { width: hints.viewportWidth * dpr, cssWidth: hints.viewportWidth, dpr }
}

/**
 * Where the sizes of JPEGs are bounded, a URL may name only those, and what hints or defaults say snaps up to them.
 * @throws StrataError PARAM_INVALID
 */
function allowSize(
  params: ImageParams,
  wanted: WantedWidth,
  allowed: readonly number[],
): { readonly width: number; readonly height: number } {
  const height = (params.height ?? 0) * wanted.dpr
  if (allowed.length === 0) return { width: wanted.width, height }
  if (params.width !== undefined) requireAllowed('w', params.width * wanted.dpr, allowed)
  if (params.height !== undefined) requireAllowed('h', height, allowed)
  return { width: allowed.find((width) => width >= wanted.width) ?? Math.max(...allowed), height }
}

function requireAllowed(name: string, size: number, allowed: readonly number[]): void {
  if (!allowed.includes(size))
    throw new StrataError('PARAM_INVALID', `${name}: expected ${allowed.join(', ')} (times dpr), got ${size}`)
}

/** With a height the JPEG meets a box of the wanted size instead of the ladder. */
function fitHeight(
  { source, layers }: StrataHeader,
  { params: { fit, background } }: Ask,
  { maxTranscodeWidth }: PlanRules,
  size: { readonly width: number; readonly height: number },
): BoxedSize {
  const largest = cap(layers, last(layers), maxTranscodeWidth)
  const decodable = layers.slice(0, largest.index + 1)
  const box = { ...size, fit, padded: background !== undefined }
  return fitBox(source, decodable, box, 2 * maxTranscodeWidth)
}

/** The best layer of the smallest width that is at least `width`; the last layer when none is. */
function snapUp(layers: readonly LayerInfo[], width: number): LayerInfo {
  const step = layers.find((layer) => layer.width >= width) ?? last(layers)
  return bestOfWidth(layers, step.width)
}

/** The largest layer not wider than `limit`; the base layer when even that is wider. */
function cap(layers: readonly LayerInfo[], layer: LayerInfo, limit: number): LayerInfo {
  if (layer.width <= limit) return layer
  return layers.findLast((candidate) => candidate.width <= limit) ?? bestOfWidth(layers, first(layers).width)
}

/** Layers of equal width differ in quality only: the last of them is the picture at that width. */
function bestOfWidth(layers: readonly LayerInfo[], width: number): LayerInfo {
  return layers.findLast((layer) => layer.width === width) ?? last(layers)
}

function density(width: number, wanted: WantedWidth): number | undefined {
  return wanted.cssWidth === undefined ? undefined : width / wanted.cssWidth
}

function first(layers: readonly LayerInfo[]): LayerInfo {
  return layers[0] as LayerInfo
}

function last(layers: readonly LayerInfo[]): LayerInfo {
  return layers[layers.length - 1] as LayerInfo
}
