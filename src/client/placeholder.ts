import { placeholderStyle } from '../format/placeholder-style.ts'
import { isPreview } from '../format/preview.ts'

/** The signature of a PNG in base64. */
const PNG_BASE64 = /^iVBORw0KGgo/

/**
 * The data URI for the value of `data-placeholder`: the data URI of the info JSON, or the base64 of a PNG.
 * @returns undefined for anything else, such as the placeholder's own code, which only a model of 0.8 MB can read
 */
export function placeholderUri(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const uri = PNG_BASE64.test(text) ? `data:image/png;base64,${text}` : text
  return isPreview(uri) ? uri : undefined
}

/**
 * Paints a placeholder behind a picture.
 * @returns removes it
 */
export function paintPlaceholder(img: HTMLElement, uri: string): () => unknown {
  // Through the object model, because a Content-Security-Policy may forbid style attributes.
  img.style.cssText += `;${placeholderStyle({ placeholder: { dataUri: uri } })}`
  return () => img.style.removeProperty('background')
}
