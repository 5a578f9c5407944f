import { encoderQuality } from '../../pixels/encoder-quality.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile } from '../pixels.ts'
import { type CodedPicture, encodeLossy, type LossyCoding } from './encode.ts'
import type { Scorer } from './score.ts'
import { underfilled } from './underfill.ts'

/** One try of an encoder. */
export interface Try extends CodedPicture {
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
  /** Of AVIF. @default that of files that are kept */
  readonly effort?: number
  /** Points of SSIMULACRA2 per step of the setting, until two tries have shown them. @default .6 */
  readonly slope?: number
  /** Points of SSIMULACRA2 below and above the target that end the search. @default what no eye tells apart */
  readonly close?: readonly [number, number]
}

/**
 * Scores this far below the target count as reached, and this far above it as close enough: no eye tells them apart. What was
 * tried twice may be twice as far above.
 */
const CLOSE = [0.5, 2] as const
const [BELOW] = CLOSE

/** Points of SSIMULACRA2 per step of a setting, roughly. */
const SLOPE = 0.6

/** A point of SSIMULACRA2 takes this much of the bytes, for COMPASS and the others, between 60 and 85 roughly. */
const BYTES_PER_POINT = 0.045

/**
 * Searches the smallest setting of an encoder that reaches a score. What lies under transparent pixels is filled first, and
 * kept as it was where that is smaller: black suits a soft shadow.
 * @returns the smallest file that reached it; else the best try, whose score says by how much it failed
 */
export async function searchSetting(
  picture: DecodedPicture,
  coding: LossyCoding,
  scorer: Scorer,
  options: SearchOptions,
): Promise<Try> {
  const filled = underfilled(picture)
  const smallest = bestOf(await trySettings(filled, coding, scorer, options), options.target)
  if (filled === picture || smallest.score < options.target - BELOW) return smallest
  const { setting } = smallest
  const file = await encodeLossy(picture, coding, setting, options.effort)
  if (file.length >= smallest.file.length) return smallest
  const score = scorer.score(await decodeFile(file))
  return score >= options.target - BELOW ? { ...smallest, file, score } : smallest
}

/**
 * The tries of a search by secants, in their order. The score is monotonic in the setting but for a point or so.
 * @param picture encoded as it is
 */
export async function trySettings(
  picture: DecodedPicture,
  coding: LossyCoding,
  scorer: Scorer,
  { target, first, tries, effort, slope = SLOPE, close = CLOSE }: SearchOptions,
): Promise<Try[]> {
  const made: Try[] = []
  let setting = within(first ?? encoderQuality(coding === 'avif' ? 'avif-4' : 'webp', 75))
  while (made.length < tries && !made.some((known) => known.setting === setting)) {
    const file = await encodeLossy(picture, coding, setting, effort)
    const score = scorer.score(await decodeFile(file))
    made.push({ coding, file, setting, score, lossless: false })
    const isClose = (one: Try) =>
      one.score >= target - close[0] && one.score <= target + close[1] * made.length
    if (made.some(isClose)) break
    setting = nextSetting(made, target + (close[1] - close[0]) / 2, slope)
  }
  return made
}

/** The smallest try that reached the target, or that with the best score. */
export function bestOf(made: readonly Try[], target: number): Try {
  const reached = made.filter(({ score }) => score >= target - BELOW)
  return reached.length === 0
    ? made.reduce((best, next) => (next.score > best.score ? next : best))
    : reached.reduce((best, next) => (next.file.length < best.file.length ? next : best))
}

function nextSetting(made: readonly Try[], target: number, slope: number): number {
  const { setting } = nearestOf(made, target)
  const step = settingFor(made, target, slope) - setting
  return within(setting + Math.sign(step) * Math.min(30, Math.max(1, Math.abs(step))))
}

/** The setting that should have the score, by the line through the two tries that are nearest to it; not whole. */
export function settingFor(made: readonly Try[], target: number, slope = SLOPE): number {
  const { setting, score } = nearestOf(made, target)
  return setting + (target - score) / slopeOf(made, target, slope)
}

/** Points of SSIMULACRA2 per step of the setting, near the target. */
export function slopeOf(made: readonly Try[], target: number, otherwise = SLOPE): number {
  const one = nearestOf(made, target)
  const others = made.filter(({ setting }) => setting !== one.setting)
  if (others.length === 0) return otherwise
  const two = nearestOf(others, target)
  const measured = (two.score - one.score) / (two.setting - one.setting)
  return measured > 0.1 ? measured : otherwise
}

/** What a file of another score would take at the target. */
export function atScore(bytes: number, score: number, target: number): number {
  return bytes * Math.exp(BYTES_PER_POINT * (target - score))
}

function nearestOf(made: readonly Try[], target: number): Try {
  const distance = ({ score }: Try) => Math.abs(score - target)
  return made.reduce((best, next) => (distance(next) < distance(best) ? next : best))
}

function within(setting: number): number {
  return Math.min(100, Math.max(1, Math.round(setting)))
}
