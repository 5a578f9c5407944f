/** Response header of the origin that carries the file's placeholder as a data URI. */
export const PREVIEW_HEADER = 'Strata-Placeholder'

/** Response header of the origin with the most salient point of the picture, as `x,y`. */
export const FOCUS_HEADER = 'Strata-Focus'

/** Longest data URI of a placeholder, in characters. */
export const MAX_PREVIEW = 2048

/** Whether the text is a data URI of a PNG, short enough for an image's info and safe in CSS. */
export function isPreview(text: string): boolean {
  return text.length <= MAX_PREVIEW && /^data:image\/png;base64,[\w+/]+={0,2}$/.test(text)
}
