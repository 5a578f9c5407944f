import { StrataError } from '../core/errors.ts'
import type { LayerInfo, StrataHeader } from '../format/types.ts'
import type { ClientHints } from './hints.ts'
import { HINT_HEADERS } from './hints.ts'
import type { EmbedFactor, ImageParams } from './params.ts'

/** Everything a decision rests on; no I/O, so the same ask always gives the same plan. */
export interface Ask {
  readonly params: ImageParams
  readonly hints: ClientHints
  /** Whether `Accept` lists image/vnd.strata (see accept.ts). */
  readonly acceptsNative: boolean
}

export interface PlanRules {
  readonly defaultWidth: number
  readonly maxTranscodeWidth: number
  /** `fill`: hints count only without `w`. `cap`: they also bound an explicit `w` from above. `off`: not read. */
  readonly hints: 'fill' | 'cap' | 'off'
  /** Embed factors the transcoder can make. */
  readonly embedFactors: readonly EmbedFactor[]
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
  readonly quality: number
  readonly ht: EmbedFactor
}

export type Plan = TruncatePlan | TranscodePlan

/**
 * Decides how one request is answered: the width snaps up to the ladder and is never above the source.
 * @throws StrataError PARAM_INVALID for an embed factor the transcoder does not make
 */
export function makePlan(header: StrataHeader, ask: Ask, rules: PlanRules): Plan {
  const native = ask.params.format === 'native' || (ask.params.format === 'auto' && ask.acceptsNative)
  const wanted = wantedWidth(ask, rules)
  const vary = ask.params.format === 'auto' ? ['Accept', ...wanted.vary] : wanted.vary
  if (native) {
    const whole = ask.params.format === 'native' && wanted.source === 'default'
    const layer = whole ? last(header.layers) : snapUp(header.layers, wanted.width)
    const contentDpr = whole ? undefined : density(layer.width, wanted)
    return { kind: 'truncate', layer: layer.index, length: layer.end, vary, contentDpr }
  }
  const target = snapUp(header.layers, fitHeight(wanted.width, ask, header))
  const shown = cap(header.layers, target, rules.maxTranscodeWidth)
  const { ht, quality } = ask.params
  if (!rules.embedFactors.includes(ht)) {
    const known = rules.embedFactors.join(', ')
    throw new StrataError('PARAM_INVALID', `ht: only ${known} is available in this version, got ${ht}`)
  }
  // Hiding detail of 2x or 4x takes the detail: the layer that holds it is decoded, or the last one there is.
  const decoded = ht === 1 ? shown : snapUp(header.layers, shown.width * ht)
  return {
    kind: 'transcode',
    layer: decoded.index,
    length: decoded.end,
    width: shown.width,
    height: shown.height,
    quality,
    ht,
    vary,
    contentDpr: density(shown.width, wanted),
  }
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
  readonly vary: readonly string[]
}

function wantedWidth({ params, hints }: Ask, rules: PlanRules): WantedWidth {
  const explicit = params.width === undefined ? undefined : params.width * (params.dpr ?? 1)
  const hinted = rules.hints === 'off' ? undefined : hintedWidth(hints, params.dpr)
  const vary = rules.hints === 'off' ? [] : hints.width === undefined ? HINT_HEADERS : WIDTH_HINTS
  if (explicit !== undefined) {
    if (rules.hints !== 'cap') return { width: explicit, source: 'url', cssWidth: undefined, vary: [] }
    return { width: Math.min(explicit, hinted?.width ?? explicit), source: 'url', cssWidth: undefined, vary }
  }
  if (hinted !== undefined) return { ...hinted, source: 'hint', vary }
  return { width: rules.defaultWidth, source: 'default', cssWidth: undefined, vary }
}

/** With a layout width at hand the viewport is not looked at; the density still is, for Content-DPR. */
const WIDTH_HINTS = ['Sec-CH-Width', 'Sec-CH-DPR'] as const

function hintedWidth(hints: ClientHints, explicitDpr: number | undefined) {
  if (hints.width !== undefined) return { width: hints.width, cssWidth: hints.width / (hints.dpr ?? 1) }
  if (hints.viewportWidth === undefined) return undefined
  const dpr = explicitDpr ?? hints.dpr ?? 1
  return { width: hints.viewportWidth * dpr, cssWidth: hints.viewportWidth }
}

/** `h` bounds a JPEG from above, as object-fit: contain does. */
function fitHeight(width: number, { params }: Ask, { source }: StrataHeader): number {
  if (params.height === undefined) return width
  return Math.min(width, (params.height * (params.dpr ?? 1) * source.width) / source.height)
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
