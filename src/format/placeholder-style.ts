import { isPreview } from './preview.ts'

/**
 * CSS declarations that paint an image's placeholder behind the element which will show it, for a `style` attribute.
 * @param info the JSON of `GET /img/:id.json`
 * @returns the empty text where there is no placeholder
 *
 * @example
 * `<img src="/cdn/img/cat" style="${placeholderStyle(info)}">`
 */
export function placeholderStyle(info: {
  readonly placeholder?: { readonly dataUri: string | null }
}): string {
  const uri = info.placeholder?.dataUri
  // The shape rules out whatever could leave the url(), the attribute or the declaration.
  if (typeof uri !== 'string' || !isPreview(uri)) return ''
  return `background-image:url(${uri});background-size:cover;background-position:center;background-repeat:no-repeat`
}
