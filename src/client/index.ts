export { placeholderStyle } from '../format/placeholder-style.ts'
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
export type { Enhancement } from './enhance.ts'
export { enhance } from './enhance.ts'
export type { EnhanceOptions, StrataDetail } from './options.ts'
export { prepareRestore, type Restoration, type RestoreOptions, restore } from './restore.ts'
export { defineStrataImg } from './strata-img.ts'
