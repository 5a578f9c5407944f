const SIGMA = 1.5
const RADIUS = Math.round(3.2795 * SIGMA + 0.2546)

/** Number of samples on each side of the centre that the Gaussian covers. */
export const REACH = RADIUS - 1

/** Distance of the two samples that enter the recursion together. */
export const SPAN = 2 * RADIUS

/**
 * The recursive Gaussian of sigma 1.5 as a sum of three cosines (D. Charalampidis, "Recursive Implementation of the
 * Gaussian Filter Using Truncated Cosine Functions", IEEE TSP 2016, equations 33 to 57): for each of them
 * `out[n] = input * (x[n - RADIUS - 1] + x[n + RADIUS - 1]) - previous * out[n - 1] - out[n - 2]`, in 32 bits.
 * @returns the three factors `input`, then the first two factors `previous`; the third is that of a right angle, 0
 */
export function cosines(): Float32Array {
  const omega = [1, 3, 5].map((k) => (k * Math.PI) / (2 * RADIUS))
  const p = omega.map((w, i) => (i === 1 ? -1 : 1) / Math.tan(w / 2))
  const r = omega.map((w, i) => ((i === 1 ? -1 : 1) * p[i]! ** 2) / Math.sin(w))
  const rho = omega.map((w) => Math.exp(-0.5 * SIGMA ** 2 * w ** 2) / RADIUS)
  const cross = (i: number, j: number) => p[i]! * r[j]! - r[i]! * p[j]!
  const zeta = [cross(1, 2) / cross(0, 1), cross(2, 0) / cross(0, 1), 1]
  const last = zeta.reduce((sum, z, i) => sum + z * rho[i]!, 0)
  const beta = solve([p, r, zeta], [1, RADIUS ** 2 - SIGMA ** 2, last])
  const input = omega.map((w, i) => -beta[i]! * Math.cos(w * (RADIUS + 1)))
  const previous = omega.slice(0, 2).map((w) => -2 * Math.cos(w))
  return Float32Array.from([...input, ...previous])
}

/** Solves three linear equations by Cramer's rule. */
function solve(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const whole = determinant(rows)
  return [0, 1, 2].map((column) => {
    const replaced = rows.map((row, y) => row.map((value, x) => (x === column ? right[y]! : value)))
    return determinant(replaced) / whole
  })
}

function determinant(rows: readonly (readonly number[])[]): number {
  const [a, b, c] = rows as [number[], number[], number[]]
  const minor = (i: number, j: number) => b[i]! * c[j]! - b[j]! * c[i]!
  return a[0]! * minor(1, 2) - a[1]! * minor(0, 2) + a[2]! * minor(0, 1)
}
