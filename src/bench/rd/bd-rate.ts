import { integrate, pchip, valueAt } from './pchip.ts'

/** One operating point of a codec. */
export interface RdPoint {
  /** Bytes, or another positive measure of size. */
  readonly rate: number
  /** Quality in dB, or on the scale of another metric. */
  readonly quality: number
}

/** An interval of the quality scale. */
export interface QualityRange {
  readonly from: number
  readonly to: number
}

/**
 * Bjøntegaard delta rate: the difference in per cent between the rates of `test` and `anchor` at the same quality, by the
 * mean of the logarithms of the rates over the common range of qualities. It is negative when `test` needs less. Points
 * that cost more than another without a better quality are left out, so that each curve is a function.
 * @param range qualities that count
 * @returns undefined when the ranges do not overlap or a curve has fewer than two points
 */
export function bdRate(
  anchor: readonly RdPoint[],
  test: readonly RdPoint[],
  range: QualityRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
): number | undefined {
  const curves = [risingPart(anchor), risingPart(test)]
  if (curves.some((points) => points.length < 2)) return undefined
  const from = Math.max(range.from, ...curves.map((points) => points[0]!.quality))
  const to = Math.min(range.to, ...curves.map((points) => points.at(-1)!.quality))
  if (from >= to) return undefined
  const [anchorArea, testArea] = curves.map((points) => {
    const qualities = points.map(({ quality }) => quality)
    const logRates = points.map(({ rate }) => Math.log(rate))
    return integrate(pchip(qualities, logRates), from, to)
  })
  return 100 * Math.expm1((testArea! - anchorArea!) / (to - from))
}

/**
 * The rate at which a curve reaches a quality, by the same interpolation.
 * @returns undefined outside the range of the curve, or when it has fewer than two points
 */
export function rateAt(points: readonly RdPoint[], quality: number): number | undefined {
  const rising = risingPart(points)
  if (rising.length < 2 || quality < rising[0]!.quality || quality > rising.at(-1)!.quality) return undefined
  const curve = pchip(
    rising.map((point) => point.quality),
    rising.map(({ rate }) => Math.log(rate)),
  )
  return Math.exp(valueAt(curve, quality))
}

/** The points in order of rate, without those that are not better than all cheaper ones. */
function risingPart(points: readonly RdPoint[]): RdPoint[] {
  const rising: RdPoint[] = []
  for (const point of points.toSorted((a, b) => a.rate - b.rate || b.quality - a.quality)) {
    if (point.quality > (rising.at(-1)?.quality ?? Number.NEGATIVE_INFINITY)) rising.push(point)
  }
  return rising
}
