// Forward DCT of src/pixels/jpeg/dct.ts in vectors of 8 samples, with the same integers.
const C1: i32 = 16069
const C2: i32 = 15137
const C3: i32 = 13623
const C4: i32 = 11585
const C5: i32 = 9102
const C6: i32 = 6270
const C7: i32 = 3196

/** Constants (a, b) for the lanes (x, y) that interleaveLow and interleaveHigh make. */
// @ts-ignore: decorator
@inline
function pair(a: i32, b: i32): v128 {
  return i32x4.splat((b << 16) | (a & 0xffff))
}

// @ts-ignore: decorator
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

// @ts-ignore: decorator
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}

// @ts-ignore: decorator
@inline
function dot4(ab: v128, kab: v128, cd: v128, kcd: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(ab, kab), i32x4.dot_i16x8_s(cd, kcd))
}

/** The 32-bit sums of both passes: 8 outputs of 8 lanes. */
const sums = memory.data(256, 16)
/** The block between the passes; after quantization the transposed block. */
const block = memory.data(128, 16)

/** One 8-point DCT in each of 8 lanes (pass() of dct.ts). Leaves the sums of output k at sums + 32 * k. */
// @ts-ignore: decorator
@inline
function pass(x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128): void {
  const s0 = i16x8.add(x0, x7)
  const s1 = i16x8.add(x1, x6)
  const s2 = i16x8.add(x2, x5)
  const s3 = i16x8.add(x3, x4)
  const e0 = i16x8.add(s0, s3)
  const e1 = i16x8.add(s1, s2)
  const f0 = i16x8.sub(s0, s3)
  const f1 = i16x8.sub(s1, s2)
  const d0 = i16x8.sub(x0, x7)
  const d1 = i16x8.sub(x1, x6)
  const d2 = i16x8.sub(x2, x5)
  const d3 = i16x8.sub(x3, x4)

  const eL = interleaveLow(e0, e1)
  const eH = interleaveHigh(e0, e1)
  v128.store(sums, i32x4.dot_i16x8_s(eL, pair(C4, C4)), 0)
  v128.store(sums, i32x4.dot_i16x8_s(eH, pair(C4, C4)), 16)
  v128.store(sums, i32x4.dot_i16x8_s(eL, pair(C4, -C4)), 128)
  v128.store(sums, i32x4.dot_i16x8_s(eH, pair(C4, -C4)), 144)
  const fL = interleaveLow(f0, f1)
  const fH = interleaveHigh(f0, f1)
  v128.store(sums, i32x4.dot_i16x8_s(fL, pair(C2, C6)), 64)
  v128.store(sums, i32x4.dot_i16x8_s(fH, pair(C2, C6)), 80)
  v128.store(sums, i32x4.dot_i16x8_s(fL, pair(C6, -C2)), 192)
  v128.store(sums, i32x4.dot_i16x8_s(fH, pair(C6, -C2)), 208)
  const aL = interleaveLow(d0, d1)
  const aH = interleaveHigh(d0, d1)
  const bL = interleaveLow(d2, d3)
  const bH = interleaveHigh(d2, d3)
  v128.store(sums, dot4(aL, pair(C1, C3), bL, pair(C5, C7)), 32)
  v128.store(sums, dot4(aH, pair(C1, C3), bH, pair(C5, C7)), 48)
  v128.store(sums, dot4(aL, pair(C3, -C7), bL, pair(-C1, -C5)), 96)
  v128.store(sums, dot4(aH, pair(C3, -C7), bH, pair(-C1, -C5)), 112)
  v128.store(sums, dot4(aL, pair(C5, -C1), bL, pair(C7, C3)), 160)
  v128.store(sums, dot4(aH, pair(C5, -C1), bH, pair(C7, C3)), 176)
  v128.store(sums, dot4(aL, pair(C7, -C5), bL, pair(C3, -C1)), 224)
  v128.store(sums, dot4(aH, pair(C7, -C5), bH, pair(C3, -C1)), 240)
}

/** Output row `k` of the first pass, rounded to 4 fractional bits. */
// @ts-ignore: decorator
@inline
function between(k: usize): v128 {
  const half = i32x4.splat(1 << 12)
  const low = i32x4.shr_s(i32x4.add(v128.load(sums + 32 * k), half), 13)
  const high = i32x4.shr_s(i32x4.add(v128.load(sums + 32 * k, 16), half), 13)
  return i16x8.narrow_i32x4_s(low, high)
}

// @ts-ignore: decorator
@inline
function quantize4(sum: v128, reciprocal: v128): v128 {
  const quotient = f32x4.mul(f32x4.convert_i32x4_s(sum), reciprocal)
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(quotient, f32x4.splat(0.5))))
}

/**
 * Transforms, quantizes and zigzags `count` blocks of a plane. Block i starts at samples + i * advance (bytes) and is
 * written to out + i * step.
 * @param stride samples in a row of the plane
 * @param tables f32[64] reciprocals by transposed index 8 * u + v, then u8[64] the transposed index of each zigzag
 *   position, below 64
 */
export function jpegQuantize(
  samples: usize,
  stride: i32,
  advance: i32,
  count: i32,
  tables: usize,
  out: usize,
  step: i32,
): void {
  const pitch = <usize>stride * 2
  for (let i = 0; i < count; i++, samples += <usize>advance, out += <usize>step) {
    let p = samples
    const x0 = v128.load(p)
    const x1 = v128.load((p += pitch))
    const x2 = v128.load((p += pitch))
    const x3 = v128.load((p += pitch))
    const x4 = v128.load((p += pitch))
    const x5 = v128.load((p += pitch))
    const x6 = v128.load((p += pitch))
    const x7 = v128.load((p += pitch))
    pass(x0, x1, x2, x3, x4, x5, x6, x7)

    const r0 = between(0)
    const r1 = between(1)
    const r2 = between(2)
    const r3 = between(3)
    const r4 = between(4)
    const r5 = between(5)
    const r6 = between(6)
    const r7 = between(7)
    const a0 = interleaveLow(r0, r1)
    const a1 = interleaveHigh(r0, r1)
    const a2 = interleaveLow(r2, r3)
    const a3 = interleaveHigh(r2, r3)
    const a4 = interleaveLow(r4, r5)
    const a5 = interleaveHigh(r4, r5)
    const a6 = interleaveLow(r6, r7)
    const a7 = interleaveHigh(r6, r7)
    const b0 = v128.shuffle<i32>(a0, a2, 0, 4, 1, 5)
    const b1 = v128.shuffle<i32>(a0, a2, 2, 6, 3, 7)
    const b2 = v128.shuffle<i32>(a1, a3, 0, 4, 1, 5)
    const b3 = v128.shuffle<i32>(a1, a3, 2, 6, 3, 7)
    const b4 = v128.shuffle<i32>(a4, a6, 0, 4, 1, 5)
    const b5 = v128.shuffle<i32>(a4, a6, 2, 6, 3, 7)
    const b6 = v128.shuffle<i32>(a5, a7, 0, 4, 1, 5)
    const b7 = v128.shuffle<i32>(a5, a7, 2, 6, 3, 7)
    pass(
      v128.shuffle<i64>(b0, b4, 0, 2),
      v128.shuffle<i64>(b0, b4, 1, 3),
      v128.shuffle<i64>(b1, b5, 0, 2),
      v128.shuffle<i64>(b1, b5, 1, 3),
      v128.shuffle<i64>(b2, b6, 0, 2),
      v128.shuffle<i64>(b2, b6, 1, 3),
      v128.shuffle<i64>(b3, b7, 0, 2),
      v128.shuffle<i64>(b3, b7, 1, 3),
    )

    for (let k: usize = 0; k < 256; k += 32) {
      const low = quantize4(v128.load(sums + k), v128.load(tables + k))
      const high = quantize4(v128.load(sums + k, 16), v128.load(tables + k, 16))
      v128.store(block + (k >> 1), i16x8.narrow_i32x4_s(low, high))
    }
    for (let k: usize = 0; k < 64; k++) {
      const from = (<usize>(load<u8>(tables + k, 256) & 63)) << 1
      store<u16>(out + (k << 1), load<u16>(block + from))
    }
  }
}
