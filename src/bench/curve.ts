import { interpolate } from '../node/rival-files.ts'

/** One file. */
interface Point {
  /** What the encoder was given. */
  readonly setting: number
  readonly bytes: number
  readonly score: number
}

/** Bytes at a score, from the measured part of a curve. */
export interface Curve {
  /**
   * Bytes at the wanted score, interpolated between two points by logarithms. If even the worst file is better, those
   * of that file; null if the best file is not good enough.
   */
  readonly bytes: number | null
  /** The best measured score: the end of the curve if `bytes` is null. */
  readonly best: number
  /** By setting. */
  readonly points: readonly Point[]
}

/**
 * Follows a curve from one of its settings to the wanted score, one setting at a time.
 * @param settings in rising order
 * @param start index where the score is probably near
 * @param measure makes the file of a setting
 */
export async function followCurve(
  settings: readonly number[],
  start: number,
  wanted: number,
  measure: (setting: number) => Promise<Omit<Point, 'setting'>>,
): Promise<Curve> {
  const points: Point[] = []
  const at = async (index: number): Promise<Point> => {
    const setting = settings[index]!
    const point = { setting, ...(await measure(setting)) }
    points.push(point)
    return point
  }
  let index = start
  let point = await at(index)
  const step = point.score < wanted ? 1 : -1
  let before = point
  while (step > 0 === point.score < wanted && settings[index + step] !== undefined) {
    index += step
    before = point
    point = await at(index)
  }
  const [below, above] = step > 0 ? [before, point] : [point, before]
  return {
    bytes: bytesBetween(below, above, wanted),
    best: Math.max(...points.map(({ score }) => score)),
    points: points.sort((a, b) => a.setting - b.setting),
  }
}

function bytesBetween(below: Point, above: Point, wanted: number): number | null {
  if (above.score < wanted) return null
  if (below.score >= wanted) return below.bytes
  return interpolate(below, above, wanted)
}
