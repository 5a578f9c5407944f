/** Points of a rising curve y(x) that is interpolated linearly between them. */
export type Polyline = readonly (readonly [x: number, y: number])[]

/**
 * The y at `x`; before the first point and beyond the last, the y of that point. @param points two or more, rising in
 * both
 */
export function along(points: Polyline, x: number): number {
  const above = points.findIndex(([known]) => known >= x)
  const after = above === -1 ? points.length - 1 : Math.max(1, above)
  const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!]
  const y = y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
  return Math.min(Math.max(y, points[0]![1]), points.at(-1)![1])
}
