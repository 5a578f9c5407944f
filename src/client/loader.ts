/** What Next.js gives a `loader`, and what unpic's transformers take. */
export interface LoaderOptions {
  /** Address of the image without a size: `/cdn/img/cat`. A signature in its query stays. */
  readonly src: string
  /** Device pixels. */
  readonly width: number
  /** 1 to 100, of the JPEG. @default the edge's */
  readonly quality?: number
}

/** Widths of Strata's default ladder: candidates between them would be the next larger file under another address. */
export const LADDER: readonly number[] = [320, 640, 1280, 1920, 2560, 3840]

/**
 * The address of a picture at one width: the one function that every `src` and every candidate comes from.
 * @example `export default loader` in the file that `images.loaderFile` of next.config.js names
 */
export function loader({ src, width, quality }: LoaderOptions): string {
  const [path, query] = src.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('w', String(width))
  if (quality !== undefined) parameters.set('q', String(quality))
  return `${path}?${parameters}`
}

export interface SrcsetOptions extends Omit<LoaderOptions, 'width'> {
  /** Width of the source in pixels: wider candidates would show nothing more. @default unknown */
  readonly sourceWidth?: number
  /** @default the default ladder */
  readonly widths?: readonly number[]
}

/** The candidates of an `<img srcset>`, by `loader`. */
export function srcset({ src, quality, sourceWidth, widths = LADDER }: SrcsetOptions): string {
  return candidates(widths, sourceWidth)
    .map((width) => `${loader({ src, width, quality })} ${width}w`)
    .join(', ')
}

export interface ImageOptions extends SrcsetOptions {
  /** Size in CSS pixels, or anything of the picture's proportions: it reserves the place. */
  readonly width: number
  readonly height: number
  /** `fixed`: shown at `width`. `fluid`: as wide as its container, at most `width`. @default 'fluid' */
  readonly layout?: 'fixed' | 'fluid'
}

export interface ImageAttributes {
  readonly src: string
  readonly srcset: string
  readonly sizes: string
  readonly width: number
  readonly height: number
}

/** All that an `<img>` needs besides its `alt`. */
export function imageAttributes(options: ImageOptions): ImageAttributes {
  const { src, quality, width, height, layout, sourceWidth, widths = LADDER } = options
  const known = candidates(widths, sourceWidth)
  const fallback = known.find((candidate) => candidate >= width) ?? known[known.length - 1] ?? width
  return {
    src: loader({ src, width: fallback, quality }),
    srcset: srcset(options),
    sizes: sizes(width, layout),
    width,
    height,
  }
}

/** The `sizes` of a picture `width` CSS pixels wide, or at most that. */
export function sizes(width: number, layout: 'fixed' | 'fluid' = 'fluid'): string {
  return layout === 'fixed' ? `${width}px` : `(min-width: ${width}px) ${width}px, 100vw`
}

/** The ladder below the source's width, then that width, as the origin makes it. */
function candidates(widths: readonly number[], sourceWidth?: number): readonly number[] {
  if (sourceWidth === undefined) return widths
  return [...widths.filter((width) => width < 0.85 * sourceWidth), sourceWidth]
}
