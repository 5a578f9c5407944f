/** The sRGB transfer curve with a continuous first derivative, as the reference tool decodes it. */
const ALPHA = 1.0550107
const BETA = 0.0030412825

/** Linear light of an 8-bit sRGB sample. */
export const LINEAR = Float32Array.from({ length: 256 }, (_, code) => {
  const value = code / 255
  return value < 12.92 * BETA ? value / 12.92 : ((value + ALPHA - 1) / ALPHA) ** 2.4
})

// XYB of JPEG XL: two mixtures of linear light, plus a bias before the cube root (libjxl, opsin_params.h).
const BIAS = 0.0037930734
const BIAS_ROOT = Math.cbrt(BIAS)

/** Cube roots at multiples of 1/ROOTS up to the largest mixture, 1 + BIAS. Reads interpolate linearly. */
const ROOTS = 16384
const CUBE_ROOTS = Float32Array.from({ length: ROOTS + 80 }, (_, i) => Math.cbrt(i / ROOTS))

function cubeRoot(value: number): number {
  const position = value * ROOTS
  const index = position | 0
  const below = CUBE_ROOTS[index]!
  return below + (position - index) * (CUBE_ROOTS[index + 1]! - below)
}

/**
 * Converts one row of linear light (interleaved R, G, B in 0..1) to X, Y or B - Y, shifted and scaled to about 0..1.
 *
 * @param channel 0 X, 1 Y, 2 B - Y
 * @param out receives `width` values from index `at`
 */
export function positiveXyb(
  linear: Float32Array,
  channel: number,
  out: Float32Array,
  at: number,
  width: number,
): void {
  if (channel === 0) rowOfX(linear, out, at, width)
  else if (channel === 1) rowOfY(linear, out, at, width)
  else rowOfB(linear, out, at, width)
}

function rowOfX(linear: Float32Array, out: Float32Array, at: number, width: number): void {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const g = linear[i + 1]!
    const l = cubeRoot(0.3 * linear[i]! + 0.622 * g + 0.078 * linear[i + 2]! + BIAS)
    const m = cubeRoot(0.23 * linear[i]! + 0.692 * g + 0.078 * linear[i + 2]! + BIAS)
    out[at + x] = 7 * (l - m) + 0.42
  }
}

function rowOfY(linear: Float32Array, out: Float32Array, at: number, width: number): void {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const g = linear[i + 1]!
    const l = cubeRoot(0.3 * linear[i]! + 0.622 * g + 0.078 * linear[i + 2]! + BIAS)
    const m = cubeRoot(0.23 * linear[i]! + 0.692 * g + 0.078 * linear[i + 2]! + BIAS)
    out[at + x] = 0.5 * (l + m) - BIAS_ROOT + 0.01
  }
}

function rowOfB(linear: Float32Array, out: Float32Array, at: number, width: number): void {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const r = linear[i]!
    const g = linear[i + 1]!
    const b = linear[i + 2]!
    const l = cubeRoot(0.3 * r + 0.622 * g + 0.078 * b + BIAS)
    const m = cubeRoot(0.23 * r + 0.692 * g + 0.078 * b + BIAS)
    const s = cubeRoot(0.24342269 * r + 0.20476745 * g + 0.55180986 * b + BIAS)
    out[at + x] = s - 0.5 * (l + m) + 0.55
  }
}
