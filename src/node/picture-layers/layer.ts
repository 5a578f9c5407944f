import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile } from '../pixels.ts'
import { makeAvif, type Needed } from './avif-layer.ts'
import { type CodedPicture, encodeLossless, encodeNearLossless, fits } from './encode.ts'
import { createScorer, type Scorer, WHOLE_PIXELS } from './score.ts'
import { searchSetting } from './search.ts'
import type { Way, WidthTrial } from './trial.ts'

interface LayerOptions {
  /** SSIMULACRA2 that the layer must reach. */
  readonly target: number
  /** The trial of the nearest width, where there was one. */
  readonly trial: WidthTrial | undefined
  /** What the layer nearest in width needed, of those that were made. */
  readonly needed: Needed | undefined
  /** The only coding that may be taken. @default any */
  readonly only?: 'webp' | 'avif' | undefined
  /** Whether nothing may be lost: of flat colours and tiny pictures. */
  readonly lossless: boolean
  /** Bytes from which the layer is of no use. @default Infinity */
  readonly useless?: number
}

/**
 * Ways that took up to so many times the bytes of the best in the trial are tried on the layer itself. Tiles are too small to
 * show what lossless WebP gains by what comes again, such as letters; it is made quickly, so it is tried more often.
 */
const CONTENDER: Readonly<Record<Way, number>> = { webp: 1.25, avif: 1.25, lossless: 3, 'near-lossless': 2 }

/** Settings of nearly lossless WebP, from the smallest files: each keeps one more bit of what is not flat. */
const NEAR_SETTINGS = [10, 20, 40, 60] as const

/** Pixels of layers on which all ways are tried. */
const SMALL_PIXELS = 0.1e6

/** Lossless is taken at up to so many times the bytes of lossy: text stays crisp, and it can be resized without loss. */
const LOSSLESS_WORTH = 1.1

/** Where no lossy file reaches the score, lossless may take so many times the bytes of the best of them. */
const LOSSLESS_INSTEAD = 3

/** Nearly lossless is taken only where it saves this much. */
const NEAR_WORTH = 0.85

/** Encodes of one lossy encoder: few of large layers, whose settings are found by their tiles. */
const TRIES = { small: 4, medium: 3, large: 2 } as const

/** A layer, and what AVIF needed of it where that was made. */
interface Layer {
  readonly made: CodedPicture
  readonly needed?: Needed | undefined
}

/** Makes one layer: the smallest file of those that reach the score. */
export async function makeLayer(picture: DecodedPicture, options: LayerOptions): Promise<Layer> {
  const { only, target, trial, needed } = options
  const scorer = options.lossless ? undefined : createScorer(picture)
  if (scorer === undefined) return { made: await exact(picture, only) }
  const { ways, tries } = contenders(picture, options)
  const lossless = ways.includes('lossless') ? await exact(picture, only) : undefined
  const lossy: CodedPicture[] = []
  if (ways.includes('webp')) {
    const first = trial?.settings.webp
    lossy.push(await searchSetting(picture, 'webp', scorer, { target, first, tries }))
  }
  const worth = lossless ? lossless.file.length / LOSSLESS_WORTH : Number.POSITIVE_INFINITY
  const useless = Math.min(options.useless ?? Number.POSITIVE_INFINITY, worth)
  const first = needed?.rough ?? trial?.settings.avif
  const avif = ways.includes('avif')
    ? await makeAvif(picture, scorer, { target, first, needed, tries, useless })
    : undefined
  if (avif) lossy.push(avif.made)
  if (ways.includes('near-lossless')) {
    const sizes = lossy.filter(reaches(target)).map(({ file }) => file.length)
    const most = Math.min(NEAR_WORTH * (lossless?.file.length ?? Number.POSITIVE_INFINITY), ...sizes)
    const near = await nearlyExact(picture, scorer, { target, most })
    if (near) lossy.push(near)
  }
  // What did not reach the score is no more than a last resort, and that an AVIF would be, which was not made.
  const eligible = ways.includes('avif') && avif === undefined ? lossy.filter(reaches(target)) : lossy
  return { made: best(eligible, lossless, target) ?? (await exact(picture, only)), needed: avif?.needed }
}

function reaches(target: number): (file: CodedPicture) => boolean {
  return ({ score }) => score! >= target - 1
}

function best(
  lossy: readonly CodedPicture[],
  lossless: CodedPicture | undefined,
  target: number,
): CodedPicture | undefined {
  const reached = lossy.filter(reaches(target))
  const smallest = [...reached].sort((a, b) => a.file.length - b.file.length)[0]
  // Some pictures never reach a score in 4:2:0; one nearly as good is better than a file of many times the bytes.
  const nearest = smallest ?? [...lossy].sort((a, b) => b.score! - a.score!)[0]
  if (lossless === undefined || nearest === undefined) return lossless ?? nearest
  const worth = smallest === undefined ? LOSSLESS_INSTEAD : LOSSLESS_WORTH
  return lossless.file.length <= worth * nearest.file.length ? lossless : nearest
}

function contenders(
  picture: DecodedPicture,
  { trial, only }: LayerOptions,
): { readonly ways: readonly Way[]; readonly tries: number } {
  const possible = (['lossless', 'near-lossless', 'webp', 'avif'] as const).filter((way) => {
    if (way === 'lossless') return only !== 'avif'
    const coding = way === 'near-lossless' ? 'webp' : way
    return fits(picture, coding) && (only === undefined || only === coding)
  })
  const isSmall = picture.width * picture.height <= SMALL_PIXELS
  const isMedium = picture.width * picture.height <= WHOLE_PIXELS
  const tries = isSmall ? TRIES.small : isMedium ? TRIES.medium : TRIES.large
  if (isSmall || trial === undefined) return { ways: possible, tries }
  const least = Math.min(...possible.map((way) => trial.bytes[way]))
  return { ways: possible.filter((way) => trial.bytes[way] <= CONTENDER[way] * least), tries }
}

async function exact(picture: DecodedPicture, only: 'webp' | 'avif' | undefined): Promise<CodedPicture> {
  const fitting = only === 'webp' && !fits(picture, 'webp') ? undefined : only
  return { ...(await encodeLossless(picture, fitting)), lossless: true, score: 100 }
}

/** The smallest that reaches the score, if it has fewer bytes than `most`. */
async function nearlyExact(
  picture: DecodedPicture,
  scorer: Scorer,
  { target, most }: { readonly target: number; readonly most: number },
): Promise<CodedPicture | undefined> {
  for (const setting of NEAR_SETTINGS) {
    const file = await encodeNearLossless(picture, setting)
    if (file.length >= most) return undefined
    const score = scorer.score(await decodeFile(file))
    if (score >= target) return { coding: 'webp', file, lossless: false, score }
  }
  return undefined
}
