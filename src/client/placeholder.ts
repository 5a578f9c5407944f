import { placeholderStyle } from '../format/placeholder-style.ts'
import { isPreview } from '../format/preview.ts'

/** Every PNG begins so in base64. */
const PNG_BASE64 = /^iVBORw0KGgo/

/**
 * The data URI of `data-placeholder`: one as it stands in the info JSON, or the base64 of a PNG.
 * @returns undefined for anything else, such as the progressive code itself: it takes a model of 0.8 MB to read
 */
export function placeholderUri(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const uri = PNG_BASE64.test(text) ? `data:image/png;base64,${text}` : text
  return isPreview(uri) ? uri : undefined
}

/**
 * Paints a placeholder behind a picture.
 * @returns takes it away again
 */
export function paintPlaceholder(img: HTMLElement, uri: string): () => unknown {
  // Through the object model, because a page's policy may forbid style attributes.
  img.style.cssText += `;${placeholderStyle({ placeholder: { dataUri: uri } })}`
  return () => img.style.removeProperty('background')
}
