import type { DecodedPicture } from '../ingest/ingest.ts'
import { estimateAvif } from './estimate.ts'
import type { Scorer } from './score.ts'
import { bestOf, settingFor, type Try, trySettings } from './search.ts'

/** What AVIF needed of a layer: a narrower or wider one of the same picture needs about the same. */
export interface Needed {
  readonly width: number
  /** Whether its cheap encodes were of the layer, or of its tiles. */
  readonly isWhole: boolean
  /** Setting of the cheap encodes with the score; not whole. */
  readonly rough: number
  /** How many steps less the layer needed. */
  readonly drop: number
}

interface AvifOptions {
  /** SSIMULACRA2 that is wanted. */
  readonly target: number
  /** Setting of the first cheap encode. */
  readonly first: number | undefined
  /** What a layer of a similar width needed. */
  readonly needed: Needed | undefined
  /** Most encodes of the layer that are not cheap. */
  readonly tries: number
  /** Bytes from which an AVIF is of no use. */
  readonly useless: number
}

/** Settings by which AVIF of effort 4 is lower than a rough one of the same score: 3 to 16 on drawings; of tiles none. */
const DROP = { whole: 5, tiles: 0 } as const

/** An AVIF takes of the rough one's bytes at the same score .66 to .96 on drawings; what tiles say is less sure. */
const LEAST_SHARE = { whole: 0.7, tiles: 0.4 } as const

/**
 * A layer as AVIF: cheap encodes tell about which setting has the score, and, mostly, one that is not cheap has it.
 * @returns undefined where it would take too many bytes to be of use
 */
export async function makeAvif(
  picture: DecodedPicture,
  scorer: Scorer,
  { target, first, needed, tries, useless }: AvifOptions,
): Promise<{ readonly made: Try; readonly needed: Needed } | undefined> {
  const estimate = await estimateAvif(picture, scorer, { target, first })
  const kind = estimate.isWhole ? 'whole' : 'tiles'
  if (LEAST_SHARE[kind] * estimate.bytes >= useless) return undefined
  const drop = needed?.isWhole === estimate.isWhole ? needed.drop : DROP[kind]
  const { setting, slope } = estimate
  const options = { target, first: setting - drop, tries, slope }
  const made = await trySettings(estimate.picture, 'avif', scorer, options)
  return {
    made: bestOf(made, target),
    needed: {
      width: picture.width,
      isWhole: estimate.isWhole,
      rough: setting,
      drop: (drop + setting - settingFor(made, target, slope)) / 2,
    },
  }
}
