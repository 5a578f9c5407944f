interface Point {
  readonly x: number
  readonly y: number
}

/** A line through points, and how sure its slope is. */
interface Slope {
  /** Of y for 1 of x. */
  readonly slope: number
  /** Standard error of the slope. */
  readonly error: number
}

/**
 * Least squares. Neighbouring samples of memory are alike, so that n of them say less than n: the error is that of
 * n (1 - r) / (1 + r) samples, with r the correlation of each residual with the one before (Bartlett 1935, for AR(1)).
 * @returns undefined for fewer than 8 points, or where x does not vary
 */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const { length: n } = points
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))]
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
  if (n < 8 || spread === 0) return undefined
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread
  const residuals = points.map((point) => point.y - y - slope * (point.x - x))
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  const products = residuals.slice(1).reduce((sum, residual, i) => sum + residual * residuals[i]!, 0)
  const correlation = squares === 0 ? 0 : Math.min(Math.max(products / squares, 0), 0.99)
  const inflation = (1 + correlation) / (1 - correlation)
  return { slope, error: Math.sqrt((inflation * squares) / (n - 2) / spread) }
}
