import type { Evidence } from './invariants.ts'

/** Counts over all rounds. */
export interface Tally {
  /** Number of uploads and deletions by their Ending. */
  readonly writes: Readonly<Record<string, number>>
  /** Number of images by their final state; failed uploads by code. */
  readonly images: Readonly<Record<string, number>>
  /** Number of answers to readers by status and code. */
  readonly answers: Readonly<Record<string, number>>
}

const NOTHING: Tally = { writes: {}, images: {}, answers: {} }

/** Adds what one round gave. */
export function countRound(evidence: Evidence | undefined, before: Tally = NOTHING): Tally {
  const { images = [], seen = [] } = evidence ?? {}
  const names = images.flatMap(({ state, replacing, code }) => {
    if (state === 'failed') return [`failed ${code}`]
    return replacing === 'failed' ? [`ready, replacement failed ${code}`] : [state]
  })
  return {
    writes: count(
      images.flatMap(({ history }) => history.writes.map(({ ending }) => ending)),
      before.writes,
    ),
    images: count(names, before.images),
    answers: count(
      seen.map(({ status, code }) => [status, code].filter(Boolean).join(' ')),
      before.answers,
    ),
  }
}

function count(names: readonly string[], before: Readonly<Record<string, number>>): Record<string, number> {
  const counts: Record<string, number> = { ...before }
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
