/*
 * `strata-cdn/url`: addresses of pictures without the browser library. It needs no DOM, so that servers and build tools
 * can use it.
 */
export {
  type AddressOptions,
  type ImageUrlOptions,
  imageUrl,
  type LoaderOptions,
  loader,
} from './address/loader.ts'
export {
  type ImageAttributes,
  type ImageOptions,
  imageAttributes,
  type SrcsetOptions,
  sizes,
  srcset,
  WIDTHS,
} from './address/srcset.ts'
