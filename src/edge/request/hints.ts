import { MAX_DPR } from './params.ts'

/** The Client Hints an image may be chosen by, in the order they are asked for in `Accept-CH`. */
export const HINT_HEADERS = ['Sec-CH-Width', 'Sec-CH-Viewport-Width', 'Sec-CH-DPR'] as const

/** What some browsers still send instead. */
export const LEGACY_HINT_HEADERS = ['Width', 'Viewport-Width', 'DPR'] as const

/** Client Hints of one request; absent or unusable ones are undefined. */
export interface ClientHints {
  /** Layout width of the image in device pixels: DPR is already in it. */
  readonly width: number | undefined
  /** Width of the viewport in CSS pixels. */
  readonly viewportWidth: number | undefined
  readonly dpr: number | undefined
  /** Whether `Save-Data: on` was sent. */
  readonly saveData: boolean
  /** Headers that were looked at to find the width. */
  readonly vary: readonly string[]
}

/**
 * Hints are advice, so one that cannot be read is as good as none. The legacy names count only where no current one tells
 * a width: browsers that send both get `Width` wrong for `sizes=auto`.
 */
export function readHints(headers: Headers): ClientHints {
  const saveData = headers.get('Save-Data')?.trim().toLowerCase() === 'on'
  const [widthName, viewportName, dprName] = HINT_HEADERS
  const dpr = readDpr(headers.get(dprName))
  const current = readWidths(headers, HINT_HEADERS)
  // With a layout width at hand the viewport is not looked at; the density still is, for Content-DPR.
  if (current.width !== undefined) return { ...current, dpr, saveData, vary: [widthName, dprName] }
  if (current.viewportWidth !== undefined)
    return { ...current, dpr, saveData, vary: [widthName, viewportName, dprName] }
  const [, , legacyDprName] = LEGACY_HINT_HEADERS
  return {
    ...readWidths(headers, LEGACY_HINT_HEADERS),
    dpr: readDpr(headers.get(legacyDprName)) ?? dpr,
    saveData,
    vary: [...HINT_HEADERS, ...LEGACY_HINT_HEADERS],
  }
}

function readWidths(headers: Headers, [width, viewportWidth]: readonly [string, string, string]) {
  return { width: positive(headers.get(width)), viewportWidth: positive(headers.get(viewportWidth)) }
}

function readDpr(text: string | null): number | undefined {
  const value = /^[0-9]{1,3}(\.[0-9]{1,6})?$/.test(text ?? '') ? Number(text) : 0
  return value > 0 ? Math.min(value, MAX_DPR) : undefined
}

function positive(text: string | null): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text ?? '') ? Number(text) : 0
  return value > 0 ? value : undefined
}
