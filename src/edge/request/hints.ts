import { MAX_DPR } from '../../core/limits/table.ts'

/** The Client Hints that a width is chosen by, in the order in which `Accept-CH` asks for them. */
export const HINT_HEADERS = ['Sec-CH-Width', 'Sec-CH-Viewport-Width', 'Sec-CH-DPR'] as const

/** The older names of the same three, which some browsers still send. */
export const LEGACY_HINT_HEADERS = ['Width', 'Viewport-Width', 'DPR'] as const

/** The Client Hints of one request; a missing or malformed one is undefined. */
export interface ClientHints {
  /** Layout width of the image in device pixels, so already times the DPR. */
  readonly width: number | undefined
  /** Width of the viewport in CSS pixels. */
  readonly viewportWidth: number | undefined
  readonly dpr: number | undefined
  /** Whether `Save-Data: on` was sent. */
  readonly saveData: boolean
  /** Names of the headers that the width was looked for in: the `Vary` of an answer that depends on it. */
  readonly vary: readonly string[]
}

/**
 * Reads the Client Hints. They are advice, so a malformed one counts as missing and never as an error. The older names
 * count only where the current ones give no width, because browsers that send both get `Width` wrong for `sizes=auto`.
 */
export function readHints(headers: Headers): ClientHints {
  const saveData = headers.get('Save-Data')?.trim().toLowerCase() === 'on'
  const [widthName, viewportName, dprName] = HINT_HEADERS
  const dpr = readDpr(headers.get(dprName))
  const current = readWidths(headers, HINT_HEADERS)
  // A layout width makes the viewport irrelevant; the density is still needed for Content-DPR.
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
