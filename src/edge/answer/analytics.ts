import type { ImageAnswer } from './observe.ts'

/** What is used of a binding of Workers Analytics Engine. */
export interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes: string[]
    readonly blobs: string[]
    readonly doubles: number[]
  }): void
}

/** Bytes that Analytics Engine takes for an index. Ids are ASCII. */
const MAX_INDEX = 96

/**
 * Option `onAnswer` that writes one data point an answer into Workers Analytics Engine:
 * `index1` the id (its first 96 characters), by which Analytics Engine samples;
 * `blob1` the id, `blob2` the kind of the plan (`truncate`, `transcode`, `slice`, `render`, `original`), `blob3` the plan,
 * `blob4` where the body came from (AnswerSource); `double1` status, `double2` bytes, `double3` milliseconds.
 *
 * @example
 * onAnswer: (answer, c) => analyticsSink(c.env.ANALYTICS)(answer)
 */
export function analyticsSink(dataset: AnalyticsDataset): (answer: ImageAnswer) => void {
  return ({ id, plan, cache, status, bytes, milliseconds }) => {
    const [kind = ''] = plan.split(';')
    dataset.writeDataPoint({
      indexes: [id.slice(0, MAX_INDEX)],
      blobs: [id, kind, plan, cache],
      doubles: [status, bytes, milliseconds],
    })
  }
}
