/* `strata-cdn/astro`: an external image service of Astro, for `<Image>`, `<Picture>` and `getImage()`. */
import { imageUrl } from '../address/loader.ts'
import { fitOf, focusOf, formatOf, numberOf, type PictureDefaults, sourceOf } from './shared.ts'

/** A picture that is imported from a file of the project. */
interface ImportedImage {
  readonly src: string
  readonly width: number
  readonly height: number
  readonly format?: string
}

/** Options that Astro's components pass on: attributes of the `<img>` and parameters of the picture. */
export interface AstroTransform {
  src: string | ImportedImage
  width?: number | undefined
  height?: number | undefined
  /** 1 to 100, or a name that Astro's own service accepts. */
  quality?: string | number | undefined
  format?: string | undefined
  fit?: string | undefined
  position?: string | undefined
  background?: string | undefined
  widths?: number[] | undefined
  densities?: (number | `${number}x`)[] | undefined
  [name: string]: unknown
}

/** `image` of astro.config.mjs; `service.config` are the defaults of all pictures. */
interface AstroImageConfig {
  readonly service: { readonly config: PictureDefaults }
}

interface Candidate<T> {
  transform: T
  descriptor: string
  attributes: Record<string, string>
}

/** The values of Astro's service for sharp, which documents only the names. */
const QUALITIES: Readonly<Record<string, number>> = { low: 25, mid: 50, high: 80, max: 100 }

/** Options that must not become attributes of the `<img>`. */
const OPTIONS = new Set([
  ...['src', 'width', 'height', 'format', 'formats', 'quality', 'fit', 'position', 'background', 'widths'],
  ...['densities', 'layout', 'priority', 'inferSize'],
])

export function getURL(options: AstroTransform, config: AstroImageConfig): string {
  const { src, width, quality } = options
  const defaults = config.service.config
  const address = typeof src === 'string' ? src : src.src
  // Files of the development server exist only there, and vector drawings need no sizes.
  if (address.startsWith('/@fs/') || (typeof src !== 'string' && src.format === 'svg')) return address
  const fit = fitOf(options.fit) ?? defaults.fit
  const background = options.background ?? defaults.background
  return imageUrl({
    ...defaults,
    src: sourceOf(address, defaults),
    width,
    // The height of an uncropped picture follows from its width; Astro has rounded it.
    height: fit === undefined && background === undefined ? undefined : options.height,
    quality: QUALITIES[String(quality)] ?? numberOf(quality) ?? defaults.quality,
    format: formatOf(options.format) ?? defaults.format,
    fit,
    focus: focusOf(options.position) ?? defaults.focus,
    background,
  })
}

/** One candidate for each width or density; none is wider than the picture if its width is known. */
export function getSrcSet<T extends AstroTransform>(options: T): Candidate<T>[] {
  const { src, widths = [], densities = [], width, height, ...rest } = options
  const limit = typeof src === 'string' ? Number.POSITIVE_INFINITY : src.width
  const make = (wanted: number, descriptor: string): Candidate<T> => {
    const scaled = width && height ? Math.round((wanted * height) / width) : undefined
    const transform = { ...rest, src, width: wanted, height: scaled } as unknown as T
    return { transform, descriptor, attributes: {} }
  }
  if (densities.length > 0 && width) {
    const factors = [...new Set(densities.map((density) => Number.parseFloat(String(density))))]
    return factors
      .filter((factor) => factor * width <= limit)
      .map((factor) => make(Math.round(factor * width), `${factor}x`))
  }
  const bounded = [...new Set(widths.map((each) => Math.min(each, limit)))].sort((a, b) => a - b)
  return bounded.map((each) => make(each, `${each}w`))
}

export function getHTMLAttributes(options: AstroTransform): Record<string, unknown> {
  const { width, height, loading = 'lazy', decoding = 'async' } = options
  const attributes = Object.entries(options).filter(([name]) => !OPTIONS.has(name))
  return { ...Object.fromEntries(attributes), width, height, loading, decoding }
}

export default { getURL, getSrcSet, getHTMLAttributes }
