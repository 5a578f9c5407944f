import { invalidParam } from './errors.ts'

/**
 * Parses an sRGB colour written as `rrggbb` or `rgb` in hexadecimal, with or without `#` (which a URL must escape).
 *
 * @param name of the parameter, for the error message
 * @returns six lower-case hexadecimal digits
 * @throws StrataError PARAM_INVALID when the text is no such colour
 */
export function parseColour(name: string, text: string): string {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase()
  if (digits === undefined) throw invalidParam(name, 'a colour as rrggbb or rgb in hexadecimal', text)
  return digits.length === 6 ? digits : digits.replace(/./g, '$&$&')
}

/** 0 to 255 each. */
export type Rgb = readonly [r: number, g: number, b: number]

/** The channels of a colour that parseColour gave. */
export function parseRgb(digits: string): Rgb {
  const value = Number.parseInt(digits, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
