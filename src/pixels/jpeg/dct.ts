import { ZIGZAG } from './tables.ts'

/*
 * The 8x8 forward DCT as two passes of even/odd 4x4 products, in integers that are exact up to one rounding between the
 * passes. The constants are cos(k pi / 16) / 2 in 15 bits.
 */
const C1 = 16069
const C2 = 15137
const C3 = 13623
const C4 = 11585
const C5 = 9102
const C6 = 6270
const C7 = 3196

/** Samples have 2 fractional bits and the constants 15. Between the passes 4 bits are kept and |value| <= 23171. */
const PASS1_SHIFT = 13
const PASS1_HALF = 1 << (PASS1_SHIFT - 1)

/** Fractional bits of the coefficients after the second pass, which is exact. */
const OUTPUT_BITS = 19

const columns = new Int32Array(64)
const sums = new Int32Array(64)

/** Factors of `quantizeBlock`: 1 / (step * 2^19) as fp32, in zigzag order. */
export function reciprocals(table: Uint16Array): Float32Array {
  return Float32Array.from(ZIGZAG, (natural) => 1 / (table[natural]! * 2 ** OUTPUT_BITS))
}

/**
 * Transforms and quantizes the block whose first sample is `samples[at]`. Writes 64 coefficients in zigzag order.
 *
 * Every step of the quotient is rounded to fp32, so that every implementation gets the same integer.
 */
export function quantizeBlock(
  samples: Int16Array,
  at: number,
  stride: number,
  reciprocal: Float32Array,
  out: Int16Array,
  outAt: number,
): void {
  for (let x = 0; x < 8; x++) {
    const from = at + x
    pass(
      samples[from]!,
      samples[from + stride]!,
      samples[from + 2 * stride]!,
      samples[from + 3 * stride]!,
      samples[from + 4 * stride]!,
      samples[from + 5 * stride]!,
      samples[from + 6 * stride]!,
      samples[from + 7 * stride]!,
      columns,
      x,
    )
  }
  for (let i = 0; i < 64; i++) columns[i] = (columns[i]! + PASS1_HALF) >> PASS1_SHIFT
  for (let v = 0; v < 8; v++) {
    const r = 8 * v
    pass(
      columns[r]!,
      columns[r + 1]!,
      columns[r + 2]!,
      columns[r + 3]!,
      columns[r + 4]!,
      columns[r + 5]!,
      columns[r + 6]!,
      columns[r + 7]!,
      sums,
      v,
    )
  }
  // The second pass wrote row v into column v: `sums` is transposed.
  for (let i = 0; i < 64; i++) {
    const natural = ZIGZAG[i]!
    const sum = sums[((natural & 7) << 3) | (natural >> 3)]!
    const quotient = Math.fround(Math.fround(sum) * reciprocal[i]!)
    out[outAt + i] = Math.floor(Math.fround(quotient + 0.5))
  }
}

/** One 8-point DCT. Stores its results 8 entries apart. */
function pass(
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  x4: number,
  x5: number,
  x6: number,
  x7: number,
  out: Int32Array,
  at: number,
): void {
  const e0 = x0 + x7 + x3 + x4
  const e1 = x1 + x6 + x2 + x5
  const f0 = x0 + x7 - x3 - x4
  const f1 = x1 + x6 - x2 - x5
  const d0 = x0 - x7
  const d1 = x1 - x6
  const d2 = x2 - x5
  const d3 = x3 - x4
  out[at] = C4 * e0 + C4 * e1
  out[at + 8] = C1 * d0 + C3 * d1 + C5 * d2 + C7 * d3
  out[at + 16] = C2 * f0 + C6 * f1
  out[at + 24] = C3 * d0 - C7 * d1 - C1 * d2 - C5 * d3
  out[at + 32] = C4 * e0 - C4 * e1
  out[at + 40] = C5 * d0 - C1 * d1 + C7 * d2 + C3 * d3
  out[at + 48] = C6 * f0 - C2 * f1
  out[at + 56] = C7 * d0 - C5 * d1 + C3 * d2 - C1 * d3
}
