import { invalidParam } from '../core/errors.ts'

/** An opaque colour, 8-bit sRGB: what transparent pixels are laid on, because the stored picture has no alpha. */
export interface Matte {
  readonly r: number
  readonly g: number
  readonly b: number
}

export const WHITE: Matte = { r: 255, g: 255, b: 255 }

/**
 * Reads a colour written as `rrggbb` or `rgb` in hexadecimal, with or without `#` (in a URL `#` would have to be escaped).
 * @throws StrataError PARAM_INVALID
 */
export function parseMatte(text: string, name = 'bg'): Matte {
  const hex = /^#?(?:([0-9a-f]{6})|([0-9a-f]{3}))$/i.exec(text)
  if (!hex) throw invalidParam(name, 'a colour as rrggbb or rgb in hexadecimal', text)
  const digits = hex[1] ?? [...(hex[2] ?? '')].map((digit) => digit + digit).join('')
  const value = Number.parseInt(digits, 16)
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 }
}
