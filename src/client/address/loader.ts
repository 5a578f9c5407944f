import type { PictureFormat } from '../../format/media-type.ts'
import { writeParameters } from './parameters.ts'
import { encodeRest, imagePath, sourcePath, withoutSlash } from './paths.ts'

/** Options of a picture's address besides its size. */
export interface AddressOptions {
  /**
   * Id of the image below `base`; with `source` a path in that source, not encoded; or the picture's address without a
   * size, such as `/cdn/img/cat`, if it begins with `/` or `https:` or there is no `base`. A query of an id or an
   * address, such as that of a signed URL, is kept.
   */
  readonly src: string
  /** Where the CDN is mounted, such as `https://img.example.com/cdn` or `/cdn`; needed for bare ids and for `source`. */
  readonly base?: string | undefined
  /**
   * Name of the source that `src` is a path in. A leading slash of that path is ignored. A `src` that begins with
   * `https:`, `base/img/` or `base/src/` still is an address.
   * @default none: `src` is an id or an address
   */
  readonly source?: string | undefined
  /**
   * Quality on JPEG's scale, 1 to 100; other formats get a setting that looks about the same. The edge rounds it to
   * steps of 5 unless the URL is signed. @default 75
   */
  readonly quality?: number | undefined
  /** @default the browser's preference: AVIF, WebP or JPEG */
  readonly format?: PictureFormat | 'auto' | undefined
  /**
   * How a picture fits width and height: `cover` crops it, `contain` makes it smaller or pads it. @default 'contain'
   */
  readonly fit?: 'contain' | 'cover' | undefined
  /**
   * Point around which `cover` crops, each number from 0 (left, top) to 1; `auto` is the most salient point. @default
   * [0.5, 0.5]
   */
  readonly focus?: readonly [x: number, y: number] | 'auto' | undefined
  /**
   * Proportions, such as `16:9` or 1.5. They determine the side that is not given, and crop unless `fit` is `contain`.
   */
  readonly aspectRatio?: string | number | undefined
  /** Name of a preset of the edge, which stands for a set of parameters. */
  readonly preset?: string | undefined
  /** Colour that pads a contained picture to its full width and height: `fff`, `#ffffff`. */
  readonly background?: string | undefined
  /** Only the first frame of an animation. */
  readonly still?: boolean | undefined
  /** Asks for the JPEG that hides the picture of twice its size, which `restore` shows without a network. */
  readonly offlineZoom?: boolean | undefined
}

export interface ImageUrlOptions extends AddressOptions {
  /**
   * The picture is exactly that wide, but never wider than its source. Device pixels, or CSS pixels with `dpr`.
   * @default what Client Hints say, else the edge's `defaultWidth`
   */
  readonly width?: number | undefined
  /** Upper bound of the height; with `fit: 'cover'` or a `background` the height itself. */
  readonly height?: number | undefined
  /** Device pixels for each pixel of `width` and `height`, up to 4. @default 1 */
  readonly dpr?: number | undefined
}

/** Options of `loader`. Next.js passes `src`, `width` and `quality`. */
export interface LoaderOptions extends ImageUrlOptions {
  readonly width: number
}

/**
 * The address of a picture at one size.
 * @example
 * loader({ src: '/cdn/img/cat', width: 640 }) // '/cdn/img/cat?w=640'
 * loader({ base: 'https://img.example.com/cdn', src: 'cat', width: 640 }) // 'https://img.example.com/cdn/img/cat?w=640'
 * loader({ base: '/cdn', source: 'local', src: 'by the sea.jpg', width: 640 }) // '/cdn/src/local/by%20the%20sea.jpg?w=640'
 */
export function loader(options: LoaderOptions): string {
  return imageUrl(options)
}

/**
 * The address of a picture; all functions of this package use this one. Numbers are rounded to the precision that the
 * edge reads.
 */
export function imageUrl(options: ImageUrlOptions): string {
  const { width, height, dpr, quality, format, fit, focus, background, offlineZoom } = options
  const { aspectRatio, preset, still } = options
  const { path, query } = locate(options)
  const parameters = new URLSearchParams(query)
  writeParameters(parameters, {
    preset,
    w: width && pixels(width),
    h: height && pixels(height),
    // The edge refuses proportions when both sides are given.
    ar: width && height ? undefined : typeof aspectRatio === 'number' ? decimals(aspectRatio) : aspectRatio,
    dpr: dpr && decimals(dpr),
    q: quality && Math.min(100, pixels(quality)),
    f: format,
    fit,
    focus: focus === 'auto' ? focus : focus?.map((part) => decimals(Math.max(0, Math.min(1, part)))).join(),
    bg: background?.replace('#', ''),
    ht: offlineZoom ? 2 : undefined,
    frame: still ? 'first' : undefined,
  })
  const written = String(parameters)
  return written === '' ? path : `${path}?${written}`
}

function locate({ src, base, source }: AddressOptions): { path: string; query?: string | undefined } {
  if (source !== undefined && !isAddress(src, base)) return { path: sourcePath(base ?? '', source, src) }
  const [, path = '', query] = /^([^?#]*)\??([^#]*)/.exec(src)!
  const isId = base !== undefined && !/^(\/|https?:)/.test(path)
  return { path: isId ? imagePath(base, path) : encodeRest(path), query }
}

/** Whether `src`, which may be a path in a source, is an address. */
function isAddress(src: string, base = ''): boolean {
  if (/^(https?:)?\/\//.test(src)) return true
  const mounted = withoutSlash(base)
  // When the CDN is mounted at `/`, a folder `img` of the source cannot be distinguished from addresses of images.
  return mounted !== '' && ['img', 'src'].some((kind) => src.startsWith(`${mounted}/${kind}/`))
}

function pixels(value: number): number {
  return Math.max(1, Math.round(value))
}

/** The edge reads up to four decimals of every ratio. */
function decimals(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
