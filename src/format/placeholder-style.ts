import { isPreview } from './preview.ts'

/**
 * CSS declarations for a `style` attribute that paint an image's placeholder behind the element that will show the image.
 * @param info the JSON of `GET /img/:id.json`
 * @returns the empty string when there is no placeholder
 *
 * @example
 * `<img src="/cdn/img/cat" style="${placeholderStyle(info)}">`
 */
export function placeholderStyle(info: {
  readonly placeholder?: { readonly dataUri: string | null }
}): string {
  const uri = info.placeholder?.dataUri
  // isPreview refuses every character that could end the url(), the attribute or the declaration.
  if (typeof uri !== 'string' || !isPreview(uri)) return ''
  return `background-image:url(${uri});background-size:cover;background-position:center;background-repeat:no-repeat`
}
