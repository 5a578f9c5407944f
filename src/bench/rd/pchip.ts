/** A piecewise cubic y(x) through given points: in each interval a Hermite cubic with the slopes at its ends. */
interface Curve {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly slopes: readonly number[]
}

/**
 * Monotone interpolation through points of strictly increasing x (at least two). Where the data rises or falls, so does
 * the curve, and it never overshoots. Inner slopes are the weighted harmonic mean of the neighbouring secants
 * (F. N. Fritsch, J. Butland: A method for constructing local monotone piecewise cubic interpolants, 1984); end slopes
 * are those of the parabola through three points, limited to keep the shape.
 */
export function pchip(x: readonly number[], y: readonly number[]): Curve {
  const steps = x.slice(1).map((value, i) => value - x[i]!)
  const secants = steps.map((step, i) => (y[i + 1]! - y[i]!) / step)
  if (x.length === 2) return { x, y, slopes: [secants[0]!, secants[0]!] }
  const last = secants.length - 1
  const inner = secants
    .slice(1)
    .map((after, i) => harmonicSlope(secants[i]!, after, steps[i]!, steps[i + 1]!))
  const first = endSlope(secants[0]!, secants[1]!, steps[0]!, steps[1]!)
  const final = endSlope(secants[last]!, secants[last - 1]!, steps[last]!, steps[last - 1]!)
  return { x, y, slopes: [first, ...inner, final] }
}

/** y at an x inside the curve's range. */
export function valueAt({ x, y, slopes }: Curve, at: number): number {
  const i = Math.max(
    0,
    Math.min(
      x.length - 2,
      x.findLastIndex((start) => start <= at),
    ),
  )
  const step = x[i + 1]! - x[i]!
  const t = (at - x[i]!) / step
  const rise = y[i + 1]! - y[i]!
  const [m0, m1] = [step * slopes[i]!, step * slopes[i + 1]!]
  return y[i]! + t * (m0 + t * (3 * rise - 2 * m0 - m1 + t * (m0 + m1 - 2 * rise)))
}

/** The exact integral of the curve from `from` to `to`, both inside its range. */
export function integrate(curve: Curve, from: number, to: number): number {
  let sum = 0
  for (let i = 0; i + 1 < curve.x.length; i++) {
    const start = curve.x[i]!
    const step = curve.x[i + 1]! - start
    const a = Math.max(from, start)
    const b = Math.min(to, start + step)
    if (a < b)
      sum +=
        step *
        (antiderivative(curve, i, step, (b - start) / step) -
          antiderivative(curve, i, step, (a - start) / step))
  }
  return sum
}

/** Integral of the Hermite cubic of interval i over t from 0, where t runs from 0 to 1 along the interval. */
function antiderivative({ y, slopes }: Curve, i: number, step: number, t: number): number {
  const y0 = y[i]!
  const rise = y[i + 1]! - y0
  const m0 = step * slopes[i]!
  const m1 = step * slopes[i + 1]!
  // y(t) = y0 + m0 t + (3 rise - 2 m0 - m1) t² + (m0 + m1 - 2 rise) t³
  const c2 = 3 * rise - 2 * m0 - m1
  const c3 = m0 + m1 - 2 * rise
  return t * (y0 + t * (m0 / 2 + t * (c2 / 3 + (t * c3) / 4)))
}

function harmonicSlope(before: number, after: number, stepBefore: number, stepAfter: number): number {
  if (before * after <= 0) return 0
  const weightBefore = stepBefore + 2 * stepAfter
  const weightAfter = 2 * stepBefore + stepAfter
  return (weightBefore + weightAfter) / (weightBefore / before + weightAfter / after)
}

function endSlope(secant: number, nextSecant: number, step: number, nextStep: number): number {
  const slope = ((2 * step + nextStep) * secant - step * nextSecant) / (step + nextStep)
  if (slope * secant <= 0) return 0
  const turns = secant * nextSecant <= 0
  return turns && Math.abs(slope) > 3 * Math.abs(secant) ? 3 * secant : slope
}
