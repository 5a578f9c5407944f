import { encoderQuality } from '../../pixels/encoder-quality.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import { type CodedPicture, encodeLossy, type LossyCoding } from './encode.ts'
import { decodeFile } from './pixels.ts'
import type { Scorer } from './score.ts'
import { underfilled } from './underfill.ts'

/** One try of an encoder. */
interface Try extends CodedPicture {
  readonly coding: LossyCoding
  /** The encoder's own, 1 to 100. */
  readonly setting: number
  readonly score: number
}

interface SearchOptions {
  /** SSIMULACRA2 that is wanted. */
  readonly target: number
  /** First setting. @default that of JPEG's quality 75 on photographs */
  readonly first?: number | undefined
  /** Most encodes. */
  readonly tries: number
}

/** Scores this far below the target count as reached, and this far above it as close enough: no eye tells them apart. */
const [BELOW, ABOVE] = [0.5, 1]

/** Points of SSIMULACRA2 per step of a setting, roughly, until two tries have shown them. */
const SLOPE = 0.6

/**
 * Searches the smallest setting of an encoder that reaches a score, by secants. The score is monotonic in the setting but for
 * a point or so.
 * @returns the smallest file that reached it; else the best try, whose score says by how much it failed
 */
export async function searchSetting(
  picture: DecodedPicture,
  coding: LossyCoding,
  scorer: Scorer,
  { target, first, tries }: SearchOptions,
): Promise<Try> {
  const filled = underfilled(picture)
  const made: Try[] = []
  let setting = Math.round(first ?? encoderQuality(coding === 'avif' ? 'avif-4' : 'webp', 75))
  while (made.length < tries && !made.some((known) => known.setting === setting)) {
    const file = await encodeLossy(filled, coding, setting)
    const score = scorer.score(await decodeFile(file))
    made.push({ coding, file, setting, score, lossless: false })
    if (score >= target - BELOW && score <= target + ABOVE) break
    setting = nextSetting(made, target)
  }
  const reached = made.filter(({ score }) => score >= target - BELOW)
  if (reached.length === 0) return made.reduce((best, next) => (next.score > best.score ? next : best))
  const smallest = reached.reduce((best, next) => (next.file.length < best.file.length ? next : best))
  return filled === picture ? smallest : await withOwnColours(picture, smallest, scorer, target)
}

/** The same setting with the colours that lie under transparent pixels, where it is smaller: black suits a soft shadow. */
async function withOwnColours(
  picture: DecodedPicture,
  filled: Try,
  scorer: Scorer,
  target: number,
): Promise<Try> {
  const file = await encodeLossy(picture, filled.coding, filled.setting)
  if (file.length >= filled.file.length) return filled
  const score = scorer.score(await decodeFile(file))
  return score >= target - BELOW ? { ...filled, file, score } : filled
}

function nextSetting(made: readonly Try[], target: number): number {
  const nearest = [...made].sort((a, b) => Math.abs(a.score - target) - Math.abs(b.score - target))
  const [one, two] = [nearest[0]!, nearest[1]]
  const measured = two && (two.score - one.score) / (two.setting - one.setting)
  const slope = measured !== undefined && measured > 0.1 ? measured : SLOPE
  // A little beyond, so that the next try reaches the score.
  const step = (target + 0.2 - one.score) / slope
  const limited = Math.sign(step) * Math.min(30, Math.max(1, Math.abs(step)))
  return Math.min(100, Math.max(1, Math.round(one.setting + limited)))
}
