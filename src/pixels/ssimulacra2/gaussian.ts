const SIGMA = 1.5

/** Samples on each side of the middle that the Gaussian reaches. */
export const REACH = 4

/**
 * The Gaussian's weights at distances 0 to 4. The metric blurs by a recursive filter made of three cosines
 * (D. Charalampidis, "Recursive Implementation of the Gaussian Filter Using Truncated Cosine Functions", IEEE TSP 2016,
 * equations 33 to 57). Its answer to an impulse ends after four samples, so nine weights are the same filter.
 */
export function gaussianTaps(): number[] {
  const radius = Math.round(3.2795 * SIGMA + 0.2546)
  const omega = [1, 3, 5].map((k) => (k * Math.PI) / (2 * radius))
  const p = omega.map((w, i) => (i === 1 ? -1 : 1) / Math.tan(w / 2))
  const r = omega.map((w, i) => ((i === 1 ? -1 : 1) * p[i]! ** 2) / Math.sin(w))
  const rho = omega.map((w) => Math.exp(-0.5 * SIGMA ** 2 * w ** 2) / radius)
  const cross = (i: number, j: number) => p[i]! * r[j]! - r[i]! * p[j]!
  const zeta = [cross(1, 2) / cross(0, 1), cross(2, 0) / cross(0, 1), 1]
  const rows = [p, r, zeta]
  const beta = solve(rows, [1, radius ** 2 - SIGMA ** 2, zeta.reduce((sum, z, i) => sum + z * rho[i]!, 0)])
  const tap = (distance: number) => beta.reduce((sum, b, i) => sum + b * Math.cos(omega[i]! * distance), 0)
  return Array.from({ length: REACH + 1 }, (_, distance) => tap(distance))
}

/** Three linear equations by Cramer's rule. */
function solve(rows: readonly number[][], right: readonly number[]): number[] {
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
