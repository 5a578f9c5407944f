import type { DecodedPicture } from '../ingest/ingest.ts'
import { type CodedPicture, encodeLossless, encodeNearLossless, fits, LOSSY } from './encode.ts'
import { decodeFile } from './pixels.ts'
import { createScorer, type Scorer, WHOLE_PIXELS } from './score.ts'
import { searchSetting } from './search.ts'
import type { Way, WidthTrial } from './trial.ts'

interface LayerOptions {
  /** SSIMULACRA2 that the layer must reach. */
  readonly target: number
  /** The trial of the nearest width, where there was one. */
  readonly trial: WidthTrial | undefined
  /** The only coding that may be taken. @default any */
  readonly only?: 'webp' | 'avif' | undefined
  /** Whether nothing may be lost: of flat colours and tiny pictures. */
  readonly lossless: boolean
}

/**
 * Ways that took up to so many times the bytes of the best in the trial are tried on the layer itself. Tiles are too small to
 * show what lossless WebP gains by what comes again, such as letters; it is made quickly, so it is tried more often.
 */
const CONTENDER: Readonly<Record<Way, number>> = { webp: 1.25, avif: 1.25, lossless: 3, 'near-lossless': 3 }

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

/** Encodes of one lossy encoder: few of large layers, whose settings the trial found by the same tiles. */
const TRIES = { small: 4, medium: 3, large: 2 } as const

/** Makes one layer: the smallest file of those that reach the score. */
export async function makeLayer(picture: DecodedPicture, options: LayerOptions): Promise<CodedPicture> {
  const { only, target } = options
  const scorer = options.lossless ? undefined : createScorer(picture)
  if (scorer === undefined) return await exact(picture, only)
  const { ways, tries } = contenders(picture, options)
  const made: CodedPicture[] = []
  const lossless = ways.includes('lossless') ? await exact(picture, only) : undefined
  if (ways.includes('near-lossless')) {
    const near = await nearlyExact(picture, scorer, target)
    const isWorth = near.file.length < NEAR_WORTH * (lossless?.file.length ?? Number.POSITIVE_INFINITY)
    if (isWorth && near.score! >= target) made.push(near)
  }
  for (const coding of LOSSY) {
    if (!ways.includes(coding)) continue
    const first = options.trial?.settings[coding]
    made.push(await searchSetting(picture, coding, scorer, { target, first, tries }))
  }
  return best(made, lossless, target) ?? (await exact(picture, only))
}

function best(
  lossy: readonly CodedPicture[],
  lossless: CodedPicture | undefined,
  target: number,
): CodedPicture | undefined {
  const reached = lossy.filter(({ score }) => score! >= target - 1)
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

async function nearlyExact(picture: DecodedPicture, scorer: Scorer, target: number): Promise<CodedPicture> {
  let made: CodedPicture | undefined
  for (const setting of NEAR_SETTINGS) {
    const file = await encodeNearLossless(picture, setting)
    made = { coding: 'webp', file, lossless: false, score: scorer.score(await decodeFile(file)) }
    if (made.score! >= target) break
  }
  return made!
}
