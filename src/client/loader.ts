/** The arguments that Next.js passes to a `loader`, and that unpic's transformers take. */
export interface LoaderOptions {
  /** Address of the image without a size, such as `/cdn/img/cat`. A signature in its query is kept. */
  readonly src: string
  /** Device pixels. */
  readonly width: number
  /** Quality of the JPEG, 1 to 100. @default chosen by the edge */
  readonly quality?: number | undefined
}

/** Widths of Strata's default ladder. A width between two of them would be the same file under another address. */
export const LADDER: readonly number[] = [320, 640, 1280, 1920, 2560, 3840]

/**
 * The address of a picture at one width.
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
  /** Width of the source in pixels: wider candidates are left out. @default unknown */
  readonly sourceWidth?: number | undefined
  /** @default the default ladder */
  readonly widths?: readonly number[] | undefined
}

/** The value of `srcset`, with a candidate for each width. */
export function srcset({ src, quality, sourceWidth, widths = LADDER }: SrcsetOptions): string {
  return candidates(widths, sourceWidth)
    .map((width) => `${loader({ src, width, quality })} ${width}w`)
    .join(', ')
}

export interface ImageOptions extends SrcsetOptions {
  /** Size in CSS pixels. With `height` it reserves the place, so that nothing moves when the picture comes. */
  readonly width: number
  readonly height: number
  /** `fixed`: shown at `width`. `fluid`: as wide as its container, at most `width`. @default 'fluid' */
  readonly layout?: 'fixed' | 'fluid' | undefined
}

export interface ImageAttributes {
  readonly src: string
  readonly srcset: string
  readonly sizes: string
  readonly width: number
  readonly height: number
}

/** All attributes of an `<img>` except `alt`. */
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

/** The value of `sizes` for a picture that is `width` CSS pixels wide (`fixed`) or at most that wide (`fluid`). */
export function sizes(width: number, layout: 'fixed' | 'fluid' = 'fluid'): string {
  return layout === 'fixed' ? `${width}px` : `(min-width: ${width}px) ${width}px, 100vw`
}

/** The widths of the layers that the origin makes of a source. */
function candidates(widths: readonly number[], sourceWidth?: number): readonly number[] {
  if (sourceWidth === undefined) return widths
  return [...widths.filter((width) => width < 0.85 * sourceWidth), sourceWidth]
}
