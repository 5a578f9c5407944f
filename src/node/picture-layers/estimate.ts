import type { DecodedPicture } from '../ingest/ingest.ts'
import { encodeLossy, finalEffort, ROUGH_EFFORT } from './encode.ts'
import { montage } from './montage.ts'
import { type Scorer, WHOLE_PIXELS } from './score.ts'
import { atScore, bestOf, settingFor, slopeOf, trySettings } from './search.ts'
import { underfilled } from './underfill.ts'

/** What a layer needs as AVIF, by encodes that are cheap beside that of the layer. */
interface Estimate {
  /** What is to be encoded: the layer, with other colours under transparent pixels where they make it smaller. */
  readonly picture: DecodedPicture
  /** With which the cheap encodes have the score; not whole. */
  readonly setting: number
  /** Points of SSIMULACRA2 per step of the setting. */
  readonly slope: number
  /** Bytes of the cheap encode at the score, of as many pixels as the layer has. */
  readonly bytes: number
  /** Whether it is of the layer, with little effort; else of its tiles, with that of the layer. */
  readonly isWhole: boolean
}

interface EstimateOptions {
  /** SSIMULACRA2 that is wanted. */
  readonly target: number
  /** First setting. */
  readonly first: number | undefined
}

/** Points of SSIMULACRA2 around the target from which one cheap encode tells what the target needs. */
const NEAR = [2.5, 2.5] as const

/** Most cheap encodes of a layer. */
const TRIES = 3

/** Points of SSIMULACRA2 per step of a setting: .6 to 1.2 on drawings near the default target. */
const SLOPE = 0.8

/** Estimates a layer that is scored as a whole by encodes of little effort, a larger one by those of its tiles. */
export async function estimateAvif(
  layer: DecodedPicture,
  scorer: Scorer,
  { target, first }: EstimateOptions,
): Promise<Estimate> {
  const filled = underfilled(layer)
  const isWhole = layer.width * layer.height <= WHOLE_PIXELS
  const sample = (picture: DecodedPicture) => (isWhole ? picture : montage(picture))
  const effort = isWhole ? ROUGH_EFFORT : finalEffort(layer)
  const options = { target, first, effort, tries: TRIES, slope: SLOPE, close: NEAR }
  const part = sample(filled)
  const tries = await trySettings(part, 'avif', scorer, options)
  const best = bestOf(tries, target)
  const own = filled === layer ? best.file : await encodeLossy(sample(layer), 'avif', best.setting, effort)
  const isOwn = own.length < best.file.length
  const share = (layer.width * layer.height) / (part.width * part.height)
  return {
    picture: isOwn ? layer : filled,
    setting: settingFor(tries, target, SLOPE),
    slope: slopeOf(tries, target, SLOPE),
    bytes: atScore(Math.min(own.length, best.file.length), best.score, target) * share,
    isWhole,
  }
}
