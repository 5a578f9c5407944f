/*
 * `strata-cdn/placeholder`: placeholders of 16 to 32 bytes in a page's markup, decoded in the page. It needs nothing of the
 * library, no fetch and no WebAssembly; without `paintPlaceholders` it needs no DOM either.
 */
export { type DecodedPlaceholder, decodePlaceholder } from './decode.ts'
export { paintPlaceholders } from './paint.ts'
export { placeholderUrl } from './url.ts'
