import type { Rung } from '../format/ladder.ts'

/** Largest difference from the target score at which a search ends. */
const SCORE_TOLERANCE = 1
export const MAX_TRIES = 5

/** Least assumed slope, in score per step of quality, because a slope measured between two tries is noisy. */
const FLATTEST = 0.1

/**
 * Mean SSIMULACRA2 of held-out photographs by quality, over three layers (see models/RESULTS.md). It gives the first guess
 * and the slope for the second.
 */
const USUAL_SCORES: readonly (readonly [quality: number, score: number])[] = [
  [1, 30],
  [10, 44],
  [25, 56.5],
  [40, 66.5],
  [55, 74.5],
  [70, 81],
  [85, 85.5],
  [100, 88],
]

interface SearchedLadder {
  readonly ladder: readonly Rung[]
  /** Score of each layer at its quality; undefined when it was not measured. */
  readonly scores: readonly (number | undefined)[]
}

/** Encodes the layers up to a rung and scores the top one. Returns undefined when it is too small for a score. */
type ScoreLadder = (ladder: readonly Rung[]) => Promise<number | undefined>

/**
 * Searches, from the base up, the quality of each of `layers` at which its score is within SCORE_TOLERANCE of `target`, or
 * nearest to it in MAX_TRIES tries. The first guess of a layer is based on the layer below, because scores differ more
 * between pictures than between sizes of one picture. Layers with a given quality are encoded only as part of the tries of
 * others. The last try encodes the returned ladder, unless an earlier try was nearer.
 */
export async function searchQualities(
  ladder: readonly Rung[],
  layers: readonly number[],
  target: number,
  score: ScoreLadder,
): Promise<SearchedLadder> {
  const chosen: Rung[] = []
  const scores: (number | undefined)[] = []
  let guess = qualityAt(target)
  for (const [index, rung] of ladder.entries()) {
    if (!layers.includes(index)) {
      chosen.push(rung)
      scores.push(undefined)
      continue
    }
    const best = await searchLayer(guess, target, (quality) => score([...chosen, { ...rung, quality }]))
    guess = best.quality
    chosen.push({ ...rung, quality: best.quality })
    scores.push(best.score)
  }
  return { ladder: chosen, scores }
}

interface Try {
  readonly quality: number
  readonly score: number
}

async function searchLayer(
  guess: number,
  target: number,
  score: (quality: number) => Promise<number | undefined>,
): Promise<{ readonly quality: number; readonly score?: number }> {
  const tries: Try[] = []
  let quality: number | undefined = guess
  while (quality !== undefined && tries.length < MAX_TRIES) {
    const reached = await score(quality)
    if (reached === undefined) return { quality }
    tries.push({ quality, score: reached })
    quality = nextQuality(tries, target)
  }
  return nearest(tries, target)
}

/** Next quality to try; undefined when the target is reached or lies between two neighbouring qualities. */
export function nextQuality(tries: readonly Try[], target: number): number | undefined {
  const best = nearest(tries, target)
  if (Math.abs(best.score - target) <= SCORE_TOLERANCE) return undefined
  const below = tries.filter(({ score }) => score < target).sort((a, b) => b.quality - a.quality)[0]
  const above = tries.filter(({ score }) => score >= target).sort((a, b) => a.quality - b.quality)[0]
  const low = (below?.quality ?? 0) + 1
  const high = (above?.quality ?? 101) - 1
  if (low > high) return undefined
  const wished =
    below && above
      ? below.quality +
        ((above.quality - below.quality) * (target - below.score)) / (above.score - below.score)
      : best.quality + stepTo(target, best, tries)
  return Math.min(Math.max(Math.round(wished), low), high)
}

/** Steps of quality from the best try to the target, by the picture's own slope once there are two tries. */
function stepTo(target: number, best: Try, tries: readonly Try[]): number {
  const usual = qualityAt(target) - qualityAt(best.score)
  const byQuality = [...tries].sort((a, b) => a.quality - b.quality)
  const [low, high] = [byQuality[0], byQuality.at(-1)]
  if (tries.length < 2 || !low || !high) return usual
  const slope = Math.max((high.score - low.score) / (high.quality - low.quality), FLATTEST)
  return (target - best.score) / slope
}

function nearest(tries: readonly Try[], target: number): Try {
  return tries.reduce((a, b) => (Math.abs(b.score - target) < Math.abs(a.score - target) ? b : a))
}

/** Quality at which held-out photographs have this mean score, 1..100. */
export function qualityAt(score: number): number {
  const upper = USUAL_SCORES.findIndex(([, usual]) => usual >= score)
  const [to, from] = [USUAL_SCORES.at(upper), USUAL_SCORES.at(Math.max(upper - 1, 0))]
  if (upper <= 0 || !to || !from) return upper === 0 ? 1 : 100
  return Math.round(from[0] + ((to[0] - from[0]) * (score - from[1])) / (to[1] - from[1]))
}
