import type { DecodedPicture } from '../ingest/ingest.ts'
import { createScorer } from '../picture-layers/score.ts'
import { bestOf, trySettings } from '../picture-layers/search.ts'
import { scoreOfQuality } from '../picture-layers/target.ts'
import { decodeFile } from '../pixels.ts'

/** Pixels up to which the AVIF of a drawing is scored: icons and sprites, of which every pixel counts. */
export const SCORED_PIXELS = 100_000

/** Points of SSIMULACRA2 below what its quality stands for at which an AVIF is made again. */
const POOR = 8

/** Most encodes in place of a poor one. */
const TRIES = 2

/** A lossless file is sent instead of an AVIF that stays poor where it takes at most so many times the bytes. */
const LOSSLESS_INSTEAD = 3

interface DrawnOptions {
  /** The AVIF of the setting that suits most drawings, and that setting. */
  readonly avif: Uint8Array
  readonly setting: number
  readonly lossless: Uint8Array
  /** 1 to 100 on JPEG's scale. */
  readonly quality: number
  /** Of AVIF. */
  readonly effort: number
}

/**
 * The better of two files of a small drawing. Pixel art that is made smaller has noise of colours, of which an AVIF of the usual
 * setting keeps little: where the score tells that, AVIFs of a higher setting are made.
 * @param picture in its frame
 */
export async function bestOfDrawn(picture: DecodedPicture, options: DrawnOptions): Promise<Uint8Array> {
  const { avif, setting, lossless, quality, effort } = options
  const scorer = lossless.length <= avif.length ? undefined : createScorer(picture)
  if (scorer === undefined) return lossless.length <= avif.length ? lossless : avif
  const target = scoreOfQuality(quality)
  const least = target - POOR
  const score = scorer.score(await decodeFile(avif))
  if (score >= least) return avif
  const first = setting + (target - score) / 2
  const best = bestOf(
    await trySettings(picture, 'avif', scorer, { target, first, tries: TRIES, effort }),
    target,
  )
  const worth = best.score >= least ? 1 : LOSSLESS_INSTEAD
  return lossless.length <= worth * best.file.length ? lossless : best.file
}
