/*
 * The lapped orthogonal transform of a 32x32 picture: a rotation across the borders of 8x8 blocks, then the DCT of each
 * block (models/strata_models/placeholder/transform.py). Matrices are row-major.
 */

/** Side of a decoded placeholder, in pixels. */
export const SIDE = 32
/** Side of a block of the transform, in pixels. */
export const BLOCK = 8
/** Angles of the rotation across a border of blocks. */
const ANGLES = [0.6, 0.4, 0.2]

/** The orthonormal DCT-II: row k is frequency k of n samples. */
export function dct(n: number): Float64Array {
  const matrix = new Float64Array(n * n)
  for (let k = 0; k < n; k++) {
    const length = Math.sqrt((k === 0 ? 1 : 2) / n)
    for (let x = 0; x < n; x++) matrix[k * n + x] = length * Math.cos((Math.PI * k * (x + 0.5)) / n)
  }
  return matrix
}

/** [32, 32]: row 8 b + k is frequency k of block b. */
export function lapped(): Float64Array {
  const half = BLOCK / 2
  const turn = turned(half)
  const borders = identity(SIDE)
  for (let border = BLOCK; border < SIDE; border += BLOCK) {
    // Sums and differences of the samples on both sides; only the differences are rotated.
    for (let i = 0; i < half; i++) {
      for (let j = 0; j < half; j++) {
        const same = ((i === j ? 1 : 0) + turn[i * half + j]!) / 2
        const other = ((i === j ? 1 : 0) - turn[i * half + j]!) / 2
        const [before, after] = [border - 1 - i, border + i]
        const [left, right] = [border - 1 - j, border + j]
        borders[before * SIDE + left] = borders[after * SIDE + right] = same
        borders[before * SIDE + right] = borders[after * SIDE + left] = other
      }
    }
  }
  const blocks = new Float64Array(SIDE * SIDE)
  const inner = dct(BLOCK)
  for (let i = 0; i < SIDE; i++) {
    const first = i - (i % BLOCK)
    for (let j = 0; j < BLOCK; j++) blocks[i * SIDE + first + j] = inner[(i % BLOCK) * BLOCK + j]!
  }
  return product(blocks, borders)
}

/** [n, n]: rotations of neighbouring pairs by ANGLES, the first pair first. */
function turned(n: number): Float64Array {
  const turn = identity(n)
  for (const [i, angle] of ANGLES.entries()) {
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    for (let j = 0; j < n; j++) {
      const [upper, lower] = [turn[i * n + j]!, turn[(i + 1) * n + j]!]
      turn[i * n + j] = c * upper + s * lower
      turn[(i + 1) * n + j] = c * lower - s * upper
    }
  }
  return turn
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  return matrix
}

/**
 * a · b of 32x32 matrices, either of them transposed on demand. Zeros in `a` are skipped.
 * @param inner the rows of `b` that are not zero, if they are the first
 */
export function product(
  a: Float64Array,
  b: Float64Array,
  { ofA = false, ofB = false, inner = SIDE } = {},
): Float64Array {
  const out = new Float64Array(SIDE * SIDE)
  const [down, across] = ofB ? [1, SIDE] : [SIDE, 1]
  for (let i = 0; i < SIDE; i++) {
    for (let k = 0; k < inner; k++) {
      const value = ofA ? a[k * SIDE + i]! : a[i * SIDE + k]!
      if (value === 0) continue
      for (let j = 0, at = i * SIDE, from = k * down; j < SIDE; j++, from += across) {
        out[at + j]! += value * b[from]!
      }
    }
  }
  return out
}
