/* `strata-cdn/next`: loaders for `next/image`. */
import { loader } from '../address/loader.ts'
import { type PictureDefaults, sourceOf } from './shared.ts'

/** What `next/image` passes to a loader. */
export interface NextLoaderProps {
  readonly src: string
  /** Device pixels. */
  readonly width: number
  readonly quality?: number | undefined
}

/**
 * Makes a loader with default options, such as the address of the CDN.
 * @example
 * // image-loader.js, which `images.loaderFile` of next.config.js names
 * export default createLoader({ base: 'https://img.example.com/cdn' })
 */
export function createLoader(defaults: PictureDefaults): (props: NextLoaderProps) => string {
  return function strataLoader({ src, width, quality }) {
    return loader({ ...defaults, src: sourceOf(src, defaults), width, quality: quality ?? defaults.quality })
  }
}

/** The loader for addresses: `<Image src="/cdn/img/cat" …>`. */
export default createLoader({})
