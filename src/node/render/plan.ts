import {
  coveringPart,
  fitBox,
  type Point,
  paddedPlace,
  type Rectangle,
  type Size,
  withinSide,
} from '../../core/box.ts'
import { MAX_DIMENSION, MAX_FORMAT_SIDE, MAX_PADDED_SIDE } from '../../core/limits/table.ts'
import type { InputFormat } from '../../format/sniff.ts'
import type { RenderFormat, RenderParameters } from './parameters.ts'

/** How one picture is made: which part, how large, what lies around it, and what that takes. */
export interface RenderPlan extends Pick<RenderParameters, 'background' | 'format' | 'frames' | 'quality'> {
  /** Of the picture that is sent. */
  readonly size: Size
  /** What is shown of the source, in its pixels; undefined: all of it. */
  readonly part: Rectangle | undefined
  /** Where the source lies in what is sent: all of it, unless there are bars around. */
  readonly place: Rectangle
  /** Whether a lossless WebP is made as well, and the smaller of both is sent. */
  readonly lossless: boolean
  /** Of encoders that have a choice: soon, or small. */
  readonly fast: boolean
  /** Of a picture that somebody waits for: whether others wait behind it, so that bytes matter less than time. */
  readonly hurried: boolean
  /** Seconds of one core of a usual machine, roughly: to compare pictures with each other. */
  readonly cost: number
}

/** Upright size of an original, and its format. */
interface RenderSource extends Size {
  readonly format: InputFormat
  /** Frames of an animation that are wanted. @default 1 */
  readonly frames?: number
}

/** Pixels of a side. */
const MAX_SIDE: Readonly<Record<RenderFormat, number>> = {
  ...MAX_FORMAT_SIDE,
  gif: MAX_DIMENSION,
  original: MAX_DIMENSION,
}

/** A slow AVIF of more pixels than this would take minutes and gigabytes. */
const MAX_SLOW_PIXELS = 16e6

/** Seconds of one core per megapixel that is decoded, and per one that is encoded. */
const DECODE_COST = {
  avif: 0.055,
  gif: 0.02,
  heic: 0.055,
  jpeg: 0.004,
  png: 0.02,
  tiff: 0.01,
  webp: 0.02,
} as const
const ENCODE_COST = { avif: { slow: 3.5, fast: 0.1 }, webp: 0.13, jpeg: 0.12, png: 0.12, gif: 0.4 } as const
/** The same of lossless WebP, and of what a quick AVIF takes longer for a drawing. */
const LOSSLESS_COST = 0.08
const DRAWN_COST = 0.3

/**
 * The same size, part and place as the edge gives to the same parameters.
 * @param attention point that `focus=auto` stands for. @default the centre
 */
export function planRender(
  source: RenderSource,
  parameters: RenderParameters,
  attention?: Point,
): RenderPlan {
  const { width = source.width, height, fit, background, format, frames, quality, wait } = parameters
  const focus = parameters.focus === 'auto' ? attention : parameters.focus
  const padded = fit === 'contain' && background !== undefined && height !== undefined
  const boxed = fitBox(source, source, { width, height, fit, padded }, MAX_PADDED_SIDE)
  const size = withinSide(boxed.size, MAX_SIDE[format])
  const covers = fit === 'cover' && height !== undefined
  const fast = wait || size.width * size.height > MAX_SLOW_PIXELS
  const lossless = parameters.lossless && Math.max(size.width, size.height) <= MAX_FORMAT_SIDE.webp
  return {
    size,
    part: covers ? coveringPart(source, size, focus) : undefined,
    place: padded ? paddedPlace(source, size) : { ...size, left: 0, top: 0 },
    background,
    format,
    frames,
    quality,
    lossless,
    fast,
    hurried: false,
    cost: costOf(source, { size, format, lossless, fast }),
  }
}

function costOf(
  source: RenderSource,
  { size, format, lossless, fast }: Pick<RenderPlan, 'size' | 'format' | 'lossless' | 'fast'>,
): number {
  if (format === 'original') return 0.01
  const megapixels = ({ width, height }: Size) => (width * height) / 1e6
  const perMegapixel = format === 'avif' ? ENCODE_COST.avif[fast ? 'fast' : 'slow'] : ENCODE_COST[format]
  const drawn = LOSSLESS_COST + (format === 'avif' && fast ? DRAWN_COST : 0)
  const encoding = perMegapixel + (lossless ? drawn : 0)
  const perFrame = DECODE_COST[source.format] * megapixels(source) + encoding * megapixels(size)
  return (source.frames ?? 1) * perFrame
}
