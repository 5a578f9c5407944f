import { invalidParam, StrataError } from '../../core/errors.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'

export interface SizeRules {
  /** Width in pixels where neither the URL nor a hint gives one. */
  readonly defaultWidth: number
  /** `fill`: hints count only without `w`. `cap`: they also bound an explicit `w` from above. `off`: not read. */
  readonly hints: 'fill' | 'cap' | 'off'
  /** Widths in device pixels, ascending, that the width of a hint snaps up to, so that screens share variants. */
  readonly hintWidths: readonly number[]
  /** Widths and heights in device pixels that a URL may ask a picture in, ascending. Empty: any. */
  readonly allowedWidths: readonly number[]
}

export interface WantedWidth {
  /** Device pixels. */
  readonly width: number
  readonly source: 'url' | 'hint' | 'default'
  /** CSS pixels, where a hint chose the width. */
  readonly cssWidth: number | undefined
  /** Device pixels per CSS pixel of `h`. */
  readonly dpr: number
  /** Request headers that the width depends on, and the format. */
  readonly vary: readonly string[]
}

/** The width that URL, hints and defaults ask for, before any layer is looked at. */
export function wantedWidth(params: ImageParams, hints: ClientHints, rules: SizeRules): WantedWidth {
  const wanted = widthOf(params, hints, rules)
  return params.format === 'auto' ? { ...wanted, vary: ['Accept', ...wanted.vary] } : wanted
}

function widthOf(params: ImageParams, hints: ClientHints, rules: SizeRules): WantedWidth {
  const urlDpr = params.dpr ?? 1
  const named = params.width ?? (params.aspect && params.height && params.height * params.aspect)
  const explicit = named === undefined ? undefined : named * urlDpr
  const hinted = rules.hints === 'off' ? undefined : hintedWidth(hints, params.dpr, rules.hintWidths)
  const vary = rules.hints === 'off' ? [] : hints.vary
  const unhinted = { cssWidth: undefined, dpr: urlDpr }
  if (explicit !== undefined) {
    if (rules.hints !== 'cap') return { ...unhinted, width: explicit, source: 'url', vary: [] }
    return { ...unhinted, width: Math.min(explicit, hinted?.width ?? explicit), source: 'url', vary }
  }
  if (hinted !== undefined) return { ...hinted, source: 'hint', vary }
  return { ...unhinted, width: rules.defaultWidth, source: 'default', vary }
}

function hintedWidth(hints: ClientHints, explicitDpr: number | undefined, widths: readonly number[]) {
  const dpr = explicitDpr ?? hints.dpr ?? 1
  const cssWidth = hints.width === undefined ? hints.viewportWidth : hints.width / (hints.dpr ?? 1)
  if (cssWidth === undefined) return undefined
  const asked = hints.width ?? cssWidth * dpr
  const width = snap(asked, widths)
  // The height keeps its proportion to the width.
  return { width, cssWidth, dpr: (dpr * width) / asked }
}

/** The smallest of the widths that is large enough, or the last; without any, the width itself. */
function snap(width: number, widths: readonly number[]): number {
  return widths.find((candidate) => candidate >= width) ?? widths[widths.length - 1] ?? width
}

/** The size that is asked for, in device pixels. */
export interface AskedSize {
  readonly width: number
  /** Undefined: as high as the picture's proportions make it. */
  readonly height: number | undefined
}

/** Where sizes are bounded, the sides of `ar` are whole numbers up to this one. */
const MAX_ASPECT_SIDE = 21

/**
 * Where the sizes of pictures are bounded, a URL may name only those, and a width that comes from a hint or a default
 * snaps up to them. Of a size with `ar`, the side that the URL names is bounded, and the proportions.
 * @throws StrataError PARAM_INVALID
 */
export function allowSize(params: ImageParams, wanted: WantedWidth, allowed: readonly number[]): AskedSize {
  const { aspect } = params
  const height = params.height === undefined ? undefined : params.height * wanted.dpr
  const inProportion = (width: number): AskedSize => {
    if (aspect !== undefined) return { width, height: Math.max(1, Math.round(width / aspect)) }
    // A fraction, such as of `dpr`, would name one picture in many ways.
    return height === undefined ? { width: Math.max(1, Math.round(width)), height } : { width, height }
  }
  if (height !== undefined && aspect !== undefined && params.width === undefined) {
    if (allowed.length > 0) requireAllowed('h', height, allowed)
    requirePlain(aspect, allowed)
    return { width: wanted.width, height }
  }
  if (allowed.length === 0) return inProportion(wanted.width)
  if (params.width !== undefined) requireAllowed('w', params.width * wanted.dpr, allowed)
  if (height !== undefined) requireAllowed('h', height, allowed)
  requirePlain(aspect, allowed)
  return inProportion(allowed.find((width) => width >= wanted.width) ?? Math.max(...allowed))
}

function requireAllowed(name: string, size: number, allowed: readonly number[]): void {
  if (!allowed.includes(size))
    throw new StrataError('PARAM_INVALID', `${name}: expected ${allowed.join(', ')} (times dpr), got ${size}`)
}

function requirePlain(aspect: number | undefined, allowed: readonly number[]): void {
  if (aspect === undefined || allowed.length === 0) return
  for (let side = 1; side <= MAX_ASPECT_SIDE; side++) {
    const other = Math.round(aspect * side)
    if (other <= MAX_ASPECT_SIDE && Math.abs(other - aspect * side) < 1e-9) return
  }
  throw invalidParam('ar', `width:height of whole numbers up to ${MAX_ASPECT_SIDE}`, aspect)
}

/** Value of `Content-DPR` for a picture of this width. */
export function density(width: number, wanted: WantedWidth): number | undefined {
  return wanted.cssWidth === undefined ? undefined : width / wanted.cssWidth
}
