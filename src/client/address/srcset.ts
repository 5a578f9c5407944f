import { SCREEN_WIDTHS } from '../../format/widths.ts'
import { type AddressOptions, loader } from './loader.ts'

/** Widths of the candidates of a `srcset`, in device pixels: for phones held upright up to large screens. */
export const WIDTHS: readonly number[] = [320, ...SCREEN_WIDTHS]

/**
 * Widest picture that an edge makes without the original. For a picture of unknown size no wider candidate is listed.
 */
const SURE_WIDTH = 1920
/**
 * Device pixels per CSS pixel of the largest candidate. More are not visible in photographs, but cost twice the bytes.
 */
const DENSITY = 2

export interface SrcsetOptions extends AddressOptions {
  /**
   * Size of the source in pixels, `source` in the info JSON. Nothing is enlarged: candidates above the source's width
   * become one of that width. The height is used only with `aspectRatio`.
   * @default unknown: no candidate is wider than 1920, and some may still be wider than the picture that comes
   */
  readonly sourceWidth?: number | undefined
  readonly sourceHeight?: number | undefined
  /**
   * Width divided by height of every candidate, if `fit: 'cover'` or `background` determine it. @default that of the
   * source
   */
  readonly aspectRatio?: number | undefined
  /** @default WIDTHS, and the source's width if it is known */
  readonly widths?: readonly number[] | undefined
  /**
   * Widest picture that the edge makes: its `maxTranscodeWidth` if originals are not kept. Wider candidates become one
   * of that width.
   * @default the source's width, which the origin makes from the original
   */
  readonly maxWidth?: number | undefined
}

/**
 * The value of `srcset`: a candidate for each width, which the picture has exactly.
 * @example
 * srcset({ src: '/cdn/img/cat', sourceWidth: 700 })
 * // '/cdn/img/cat?w=320 320w, /cdn/img/cat?w=384 384w, /cdn/img/cat?w=640 640w, /cdn/img/cat?w=700 700w'
 */
export function srcset(options: SrcsetOptions): string {
  return candidates(options)
    .map((width) => `${candidate(options, width)} ${width}w`)
    .join(', ')
}

export interface ImageOptions extends Omit<SrcsetOptions, 'aspectRatio'> {
  /**
   * Size in CSS pixels. Width and height reserve the space of the picture, so that the layout does not shift when it
   * loads.
   */
  readonly width: number
  readonly height: number
  /**
   * `fixed`: the picture is shown at `width`; the candidates are that width and twice that width. `fluid`: it is as
   * wide as its container, at most `width`; the largest candidate is the first of at least twice that width.
   * @default 'fluid'
   */
  readonly layout?: 'fixed' | 'fluid' | undefined
  /**
   * Leaves `src` as it is, without candidates: for what no CDN holds, such as an SVG or a file of a development server.
   * @default false
   */
  readonly unoptimized?: boolean | undefined
}

export interface ImageAttributes {
  readonly src: string
  /** Empty where the picture is not optimized; so is `sizes`. */
  readonly srcset: string
  readonly sizes: string
  readonly width: number
  readonly height: number
}

/**
 * All attributes of an `<img>` except `alt`.
 * @example
 * imageAttributes({ src: '/cdn/img/cat', width: 640, height: 427, sourceWidth: 4000 })
 * imageAttributes({ base: 'https://img.example.com/cdn', src: 'cat', width: 96, height: 96, layout: 'fixed', fit: 'cover' })
 */
export function imageAttributes(options: ImageOptions): ImageAttributes {
  const { src, width, height, layout, fit, background } = options
  if (options.unoptimized) return { src, srcset: '', sizes: '', width, height }
  const shaped = {
    ...options,
    widths: options.widths ?? (layout === 'fixed' ? [width, DENSITY * width] : fluidWidths(options)),
    // Only these options give a picture the proportions of its box.
    aspectRatio: fit === 'cover' || background !== undefined ? width / height : undefined,
  }
  const known = candidates(shaped)
  const fallback = known.find((each) => each >= width) ?? known.at(-1) ?? width
  const address = candidate(shaped, fallback)
  return { src: address, srcset: srcset(shaped), sizes: sizes(width, layout), width, height }
}

/**
 * The value of `sizes` for a picture that is `width` CSS pixels wide (`fixed`) or at most that wide (`fluid`).
 * @example sizes(640) // '(min-width: 640px) 640px, 100vw'
 */
export function sizes(width: number, layout: 'fixed' | 'fluid' = 'fluid'): string {
  return layout === 'fixed' ? `${width}px` : `(min-width: ${width}px) ${width}px, 100vw`
}

function candidate(options: SrcsetOptions, width: number): string {
  const { aspectRatio } = options
  return loader({ ...options, width, height: aspectRatio && width / aspectRatio })
}

function fluidWidths(options: ImageOptions): readonly number[] {
  const known = defaultWidths(options)
  const last = known.findIndex((each) => each >= DENSITY * options.width)
  return last < 0 ? known : known.slice(0, last + 1)
}

/** Ascending. */
function defaultWidths({ sourceWidth }: SrcsetOptions): readonly number[] {
  if (sourceWidth === undefined) return WIDTHS.filter((width) => width <= SURE_WIDTH)
  return [...WIDTHS, sourceWidth].sort((a, b) => a - b)
}

/** Ascending widths; those above the widest available one are replaced by that one, once. */
function candidates(options: SrcsetOptions): readonly number[] {
  const { sourceWidth, sourceHeight, aspectRatio, maxWidth, widths } = options
  const highest = sourceHeight && aspectRatio && sourceHeight * aspectRatio
  const limit = Math.min(
    ...[sourceWidth, maxWidth, highest].map((width) => width || Number.POSITIVE_INFINITY),
  )
  const wanted = widths ?? defaultWidths(options)
  return [...new Set(wanted.map((width) => Math.round(Math.min(width, limit))))]
}
