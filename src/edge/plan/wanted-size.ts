import { StrataError } from '../../core/errors.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'

export interface SizeRules {
  /** Width in pixels where neither the URL nor a hint gives one. */
  readonly defaultWidth: number
  /** `fill`: hints count only without `w`. `cap`: they also bound an explicit `w` from above. `off`: not read. */
  readonly hints: 'fill' | 'cap' | 'off'
  /** Widths and heights in device pixels that a URL may ask a JPEG in, ascending. Empty: any. */
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
  /** Request headers that the width depends on. */
  readonly vary: readonly string[]
}

/** The width that URL, hints and defaults ask for, before any layer is looked at. */
export function wantedWidth(params: ImageParams, hints: ClientHints, rules: SizeRules): WantedWidth {
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
 * Where the sizes of JPEGs are bounded, a URL may name only those, and a width that comes from a hint or a default
 * snaps up to them.
 * @throws StrataError PARAM_INVALID
 */
export function allowSize(
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
