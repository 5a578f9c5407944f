import { invalidParam } from '../core/errors.ts'
import { MAX_DIMENSION, MAX_LADDER_WORK, MAX_LAYERS, MAX_STRIP_WIDTH } from '../core/limits/table.ts'
import { checkQuality, defaultQuality, type QualityChoice } from './quality.ts'

/** One layer to encode. A rung gives a width instead of a ratio, because pages ask for widths. */
export interface Rung {
  readonly width: number
  readonly quality: number
}

/** Widths of the default ladder, in pixels. */
export const DEFAULT_WIDTHS: readonly number[] = [320, 640, 1280, 1920, 2560, 3840]

/** A default width above this percentage of the source's width is left out: it would cost bytes with no visible gain. */
const NEAREST_PERCENT = 85

/**
 * The default ladder: the default widths well below the source's width, and the source's width itself.
 * @throws StrataError PARAM_INVALID when the source's width is not 1..65535
 */
export function defaultWidths(sourceWidth: number): number[] {
  checkSourceWidth(sourceWidth)
  return [...DEFAULT_WIDTHS.filter((width) => 100 * width < NEAREST_PERCENT * sourceWidth), sourceWidth]
}

/**
 * Parses an explicit ladder, as `--widths` and `?widths=` give it: "640,1280,1280@80". `W@q` gives one layer its own
 * quality; all others have `quality` if it is a number, else `defaultQuality`. The source's width is not added to the
 * list.
 * @throws StrataError PARAM_INVALID when the text is not such a list, `checkLadder` refuses it, or no request could decode it
 */
export function parseWidths(spec: string, sourceWidth: number, quality?: QualityChoice): Rung[] {
  const shared = sharedQuality(quality)
  const rungs: Rung[] = []
  for (const { width, own } of splitWidths(spec)) {
    const below = rungs.at(-1)
    // A layer as wide as the one below inherits its quality, so that checkLadder refuses it unless it has its own.
    const otherwise = below?.width === width ? below.quality : defaultQuality(rungs.length)
    rungs.push({ width, quality: own ?? shared ?? otherwise })
  }
  checkLadder(rungs, sourceWidth)
  checkWork(rungs)
  return rungs
}

/** The ladder of a picture: the explicit list if there is one, else the default widths. @param quality as of parseWidths */
export function ladderFor(sourceWidth: number, spec?: string, quality?: QualityChoice): Rung[] {
  const shared = sharedQuality(quality)
  if (shared !== undefined) checkQuality(shared)
  if (spec !== undefined) return parseWidths(spec, sourceWidth, quality)
  return defaultWidths(sourceWidth).map((width, layer) => ({
    width,
    quality: shared ?? defaultQuality(layer),
  }))
}

/**
 * Numbers of the layers whose quality the encoder may search: those without a quality of their own in `spec`.
 * @throws StrataError PARAM_INVALID for a searched layer as wide as its neighbour: both would seek the same score
 */
export function searchedLayers(ladder: readonly Pick<Rung, 'width'>[], spec?: string): number[] {
  const own = spec === undefined ? [] : splitWidths(spec).map((rung) => rung.own)
  return ladder.flatMap(({ width }, layer) => {
    if (own[layer] !== undefined) return []
    if (width === ladder[layer - 1]?.width || width === ladder[layer + 1]?.width) {
      throw invalidParam('widths', 'equal widths with qualities of their own beside quality=auto', spec)
    }
    return [layer]
  })
}

/** The quality of all layers without one of their own; undefined when they have the default or it is searched. */
function sharedQuality(quality: QualityChoice | undefined): number | undefined {
  return typeof quality === 'object' ? undefined : quality
}

function splitWidths(spec: string): { readonly width: number; readonly own: number | undefined }[] {
  return spec.split(',', MAX_LAYERS + 1).map((item) => {
    const match = /^\s*(\d{1,6})(?:@(\d{1,3}))?\s*$/.exec(item)
    if (!match) throw invalidParam('widths', 'a list such as 640,1280,1280@80', spec)
    return { width: Number(match[1]), own: match[2] === undefined ? undefined : Number(match[2]) }
  })
}

/**
 * Checks the rules of a ladder: 1 to 16 layers; widths from 1 to the source's, in rising order; equal widths only with
 * rising quality (a pure quality layer).
 * @throws StrataError PARAM_INVALID that names the rule and the actual value
 */
export function checkLadder(rungs: readonly Rung[], sourceWidth: number): void {
  checkSourceWidth(sourceWidth)
  if (rungs.length < 1 || rungs.length > MAX_LAYERS) {
    throw invalidParam('widths', `1 to ${MAX_LAYERS} widths`, rungs.length)
  }
  let below: Rung | undefined
  for (const rung of rungs) {
    if (!isIntegerIn(rung.width, 1, sourceWidth)) {
      throw invalidParam('widths', `integers from 1 to the source's width, ${sourceWidth}`, rung.width)
    }
    checkQuality(rung.quality)
    if (below && rung.width < below.width) {
      throw invalidParam('widths', 'a list that never falls', `${below.width},${rung.width}`)
    }
    if (below && rung.width === below.width && rung.quality <= below.quality) {
      const got = `${below.width}@${below.quality},${rung.width}@${rung.quality}`
      throw invalidParam('widths', 'equal widths with rising quality', got)
    }
    below = rung
  }
}

/**
 * Checks that one request to the transcoder can decode the file. A base layer that is too wide cannot be decoded at any
 * height; the pixels of all layers are bounded in proportion to the largest layer.
 */
function checkWork(rungs: readonly Rung[]): void {
  const base = rungs[0]?.width ?? 0
  if (base > MAX_STRIP_WIDTH) {
    const expected = `a first width of at most ${MAX_STRIP_WIDTH}, which every size can be made of`
    throw invalidParam('widths', expected, base)
  }
  const widest = rungs.at(-1)?.width ?? 0
  const work = rungs.reduce((sum, { width }) => sum + (width / widest) ** 2, 0)
  if (work > MAX_LADDER_WORK) {
    const expected = `layers of together at most ${MAX_LADDER_WORK} times the pixels of the largest`
    throw invalidParam('widths', expected, Number(work.toFixed(1)))
  }
}

/** Height of a layer in pixels: in proportion to the source, rounded half up, at least 1. */
export function layerHeight(width: number, sourceWidth: number, sourceHeight: number): number {
  return Math.max(1, Math.round((sourceHeight * width) / sourceWidth))
}

function checkSourceWidth(width: number): void {
  if (!isIntegerIn(width, 1, MAX_DIMENSION)) {
    throw invalidParam('source width', `an integer from 1 to ${MAX_DIMENSION}`, width)
  }
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
