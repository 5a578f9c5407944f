import { ZIGZAG } from './tables.ts'

/* The 8x8 inverse DCT (T.81 A.3.3) in floats, as two passes of even/odd 4x4 products: cos(k pi / 16) / 2. */
const [, C1, C2, C3, C4, C5, C6, C7] = Array.from(
  { length: 8 },
  (_, k) => Math.cos((k * Math.PI) / 16) / 2,
) as [...[number, number, number, number, number, number, number, number]]

const natural = new Float32Array(64)
const half = new Float32Array(64)

/**
 * @param coefficients dequantized, zigzag order, from `at`
 * @param out 64 samples centred on 0, row by row, not rounded
 */
export function inverseDct(coefficients: Int16Array, at: number, out: Float32Array): void {
  let last = 63
  while (last > 0 && coefficients[at + last] === 0) last--
  if (last === 0) {
    out.fill(coefficients[at]! / 8)
    return
  }
  natural.fill(0)
  for (let i = 0; i <= last; i++) natural[ZIGZAG[i]!] = coefficients[at + i]!
  // The first pass transforms columns, the second pass rows.
  for (let u = 0; u < 8; u++) pass(natural, u, 8, half)
  for (let y = 0; y < 64; y += 8) pass(half, y, 1, out)
}

/** One 8-point inverse DCT of values that lie `step` entries apart. */
function pass(x: Float32Array, at: number, step: number, out: Float32Array): void {
  const x1 = x[at + step]!
  const x2 = x[at + 2 * step]!
  const x3 = x[at + 3 * step]!
  const x5 = x[at + 5 * step]!
  const x6 = x[at + 6 * step]!
  const x7 = x[at + 7 * step]!
  const p = C4 * (x[at]! + x[at + 4 * step]!)
  const q = C4 * (x[at]! - x[at + 4 * step]!)
  const r = C2 * x2 + C6 * x6
  const s = C6 * x2 - C2 * x6
  const o0 = C1 * x1 + C3 * x3 + C5 * x5 + C7 * x7
  const o1 = C3 * x1 - C7 * x3 - C1 * x5 - C5 * x7
  const o2 = C5 * x1 - C1 * x3 + C7 * x5 + C3 * x7
  const o3 = C7 * x1 - C5 * x3 + C3 * x5 - C1 * x7
  out[at] = p + r + o0
  out[at + step] = q + s + o1
  out[at + 2 * step] = q - s + o2
  out[at + 3 * step] = p - r + o3
  out[at + 4 * step] = p - r - o3
  out[at + 5 * step] = q - s - o2
  out[at + 6 * step] = q + s - o1
  out[at + 7 * step] = p + r - o0
}
