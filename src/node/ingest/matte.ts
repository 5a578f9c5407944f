import { parseColour } from '../../core/colour.ts'

/** The opaque 8-bit sRGB colour that is put behind transparent pixels, because the stored picture has no alpha. */
export interface Matte {
  readonly r: number
  readonly g: number
  readonly b: number
}

export const WHITE: Matte = { r: 255, g: 255, b: 255 }

/**
 * Parses a matte written as parseColour takes it.
 * @throws StrataError PARAM_INVALID
 */
export function parseMatte(text: string, name = 'bg'): Matte {
  const value = Number.parseInt(parseColour(name, text), 16)
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 }
}
