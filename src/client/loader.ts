import type { PictureFormat } from '../format/media-type.ts'

/** What every address of one picture says beside its size. */
export interface AddressOptions {
  /**
   * Id of the image below `base`; or its address without a size, such as `/cdn/img/cat`, where it begins with `/` or
   * `https:` or there is no `base`. A query, such as that of a signed URL, is kept.
   */
  readonly src: string
  /** Where the CDN is mounted, such as `https://img.example.com/cdn`; needed for bare ids only. */
  readonly base?: string | undefined
  /** On JPEG's scale, 1 to 100; in every format about that look. Unsigned, the edge rounds it to steps of 5. @default 75 */
  readonly quality?: number | undefined
  /** @default what the browser likes best: AVIF, WebP or JPEG */
  readonly format?: PictureFormat | 'auto' | undefined
  /** How a picture meets its height: `cover` is cropped, `contain` is smaller or padded. @default 'contain' */
  readonly fit?: 'contain' | 'cover' | undefined
  /** What `cover` crops around, each from 0 (left, top) to 1. @default [0.5, 0.5] */
  readonly focus?: readonly [x: number, y: number] | undefined
  /** Colour that pads a contained picture to its full width and height: `fff`, `#ffffff`. */
  readonly background?: string | undefined
  /** Asks for the JPEG that hides the picture of twice its size, which `restore` shows without a network. */
  readonly offlineZoom?: boolean | undefined
}

/** With `src`, `width` and `quality` alone: what Next.js passes to a `loader`. */
export interface LoaderOptions extends AddressOptions {
  /** The picture is exactly that wide, but never wider than its source. Device pixels, or CSS pixels with `dpr`. */
  readonly width: number
  /** Upper bound of the height; with `fit: 'cover'` or a `background` the height itself. */
  readonly height?: number | undefined
  /** Device pixels for each pixel of `width` and `height`, up to 4. @default 1 */
  readonly dpr?: number | undefined
}

/**
 * The address of a picture at one size.
 * @example
 * loader({ src: '/cdn/img/cat', width: 640 }) // '/cdn/img/cat?w=640'
 * loader({ base: 'https://img.example.com/cdn', src: 'cat', width: 640 }) // 'https://img.example.com/cdn/img/cat?w=640'
 * @example `export default loader` in the file that `images.loaderFile` of next.config.js names
 */
export function loader(options: LoaderOptions): string {
  const { src, base, width, height, dpr, quality, format, fit, focus, background, offlineZoom } = options
  const [, path = '', query] = /^([^?#]*)\??([^#]*)/.exec(src)!
  const parameters = new URLSearchParams(query)
  const given = {
    w: Math.round(width),
    h: height && Math.round(height),
    dpr,
    q: quality,
    f: format,
    fit,
    focus,
    bg: background?.replace('#', ''),
    ht: offlineZoom ? 2 : undefined,
  }
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) parameters.set(name, String(value))
  return `${base === undefined || /^(\/|https?:)/.test(path) ? path : below(base, path)}?${parameters}`
}

/** The address of an id; the `@` before the hash of a version stays readable. */
function below(base: string, id: string): string {
  return `${base.replace(/\/$/, '')}/img/${encodeURIComponent(id).replace('%40', '@')}`
}
