import { MAX_DPR } from './params.ts'

/** The Client Hints an image may be chosen by, in the order they are asked for in `Accept-CH`. */
export const HINT_HEADERS = ['Sec-CH-Width', 'Sec-CH-Viewport-Width', 'Sec-CH-DPR'] as const

/** Client Hints of one request; absent or unusable ones are undefined. */
export interface ClientHints {
  /** Layout width of the image in device pixels: DPR is already in it. */
  readonly width: number | undefined
  /** Width of the viewport in CSS pixels. */
  readonly viewportWidth: number | undefined
  readonly dpr: number | undefined
}

/**
 * Hints are advice, so one that cannot be read is as good as none. The legacy names (`Width`, `DPR`) are not read:
 * browsers that still send them get `Width` wrong for `sizes=auto`.
 */
export function readHints(headers: Headers): ClientHints {
  const dpr = decimal(headers.get('Sec-CH-DPR'))
  return {
    width: positive(headers.get('Sec-CH-Width')),
    viewportWidth: positive(headers.get('Sec-CH-Viewport-Width')),
    dpr: dpr === undefined ? undefined : Math.min(dpr, MAX_DPR),
  }
}

function positive(text: string | null): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text ?? '') ? Number(text) : 0
  return value > 0 ? value : undefined
}

function decimal(text: string | null): number | undefined {
  const value = /^[0-9]{1,3}(\.[0-9]{1,6})?$/.test(text ?? '') ? Number(text) : 0
  return value > 0 ? value : undefined
}
