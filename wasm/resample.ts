/*
 * The passes of src/pixels/resample.ts. A weight of 22 fractional bits is `high * 2^11 + low`, so that 16-bit products
 * give the same 32-bit sum; two taps are one product of pairs.
 */
const HIGH_SHIFT: i32 = 11
const WEIGHT_BITS: i32 = 22
/** Bytes of a pair of weights: both high parts, then both low parts, i16 each. */
const PAIR: usize = 8

// @ts-ignore: decorator
@inline
function rounded(high: v128, low: v128): v128 {
  const sum = i32x4.add(i32x4.add(i32x4.shl(high, HIGH_SHIFT), low), i32x4.splat(1 << (WEIGHT_BITS - 1)))
  return i32x4.shr_s(sum, WEIGHT_BITS)
}

/**
 * Resizes one row horizontally. First it spreads the row, so that each pixel lies beside its right neighbour, channel
 * by channel; then it adds up the taps.
 *
 * @param channels 3 or 4
 * @param pixels channels * width bytes, and 16 more that are read but not used
 * @param spread scratch: 16 bytes for each pixel, and for 2 * pairs + 3 more
 * @param first u32 per output pixel: its first input pixel, below width
 * @param weights `pairs` pairs per output pixel; a tap beyond the row has weight 0
 * @param out channels * outWidth bytes, and 1 more that is written
 */
export function resampleAcross(
  channels: i32,
  pixels: usize,
  width: i32,
  spread: usize,
  first: usize,
  weights: usize,
  pairs: i32,
  outWidth: i32,
  out: usize,
): void {
  if (channels == 3) spreadRgb(pixels, width, spread)
  else spreadRgba(pixels, width, spread)
  const step = <usize>pairs * PAIR
  for (const end = first + 4 * <usize>outWidth; first < end; first += 4, out += <usize>channels) {
    let pixel = spread + (<usize>load<u32>(first) << 4)
    let high = i32x4.splat(0)
    let low = i32x4.splat(0)
    for (const last = weights + step; weights < last; weights += PAIR, pixel += 32) {
      const samples = v128.load(pixel)
      high = i32x4.add(high, i32x4.dot_i16x8_s(samples, v128.load32_splat(weights)))
      low = i32x4.add(low, i32x4.dot_i16x8_s(samples, v128.load32_splat(weights, 4)))
    }
    const words = rounded(high, low)
    const shorts = i16x8.narrow_i32x4_s(words, words)
    v128.store32_lane(out, i8x16.narrow_i16x8_u(shorts, shorts), 0)
  }
}

/** Pixel x becomes i16 r(x), r(x+1), g(x), g(x+1), b(x), b(x+1), 0, 0. */
function spreadRgb(rgb: usize, width: i32, spread: usize): void {
  for (const end = rgb + 3 * <usize>width; rgb < end; rgb += 12, spread += 64) {
    const four = v128.load(rgb)
    v128.store(spread, i8x16.swizzle(four, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)))
    v128.store(spread, i8x16.swizzle(four, i8x16(3, -1, 6, -1, 4, -1, 7, -1, 5, -1, 8, -1, -1, -1, -1, -1)), 16)
    v128.store(spread, i8x16.swizzle(four, i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1)), 32)
    v128.store(spread, i8x16.swizzle(four, i8x16(9, -1, 12, -1, 10, -1, 13, -1, 11, -1, 14, -1, -1, -1, -1, -1)), 48)
  }
}

/** Pixel x becomes i16 r(x), r(x+1), g(x), g(x+1), b(x), b(x+1), a(x), a(x+1). Three at a time: the fourth lacks its neighbour. */
function spreadRgba(rgba: usize, width: i32, spread: usize): void {
  for (const end = rgba + 4 * <usize>width; rgba < end; rgba += 12, spread += 48) {
    const four = v128.load(rgba)
    v128.store(spread, i8x16.swizzle(four, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1)))
    v128.store(spread, i8x16.swizzle(four, i8x16(4, -1, 8, -1, 5, -1, 9, -1, 6, -1, 10, -1, 7, -1, 11, -1)), 16)
    v128.store(spread, i8x16.swizzle(four, i8x16(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1)), 32)
  }
}

/**
 * Computes one row of the output vertically: the weighted sum over the rows of a ring.
 *
 * @param ring `slots` rows of `pitch` bytes, a multiple of 16
 * @param slot slot of the first row; the others follow, and slot 0 comes after the last slot
 * @param weights `pairs` pairs; a row beyond the last has weight 0
 * @param out pitch bytes
 */
export function resampleDown(
  ring: usize,
  pitch: i32,
  slots: i32,
  slot: i32,
  weights: usize,
  pairs: i32,
  out: usize,
): void {
  const row = <usize>pitch
  const size = row * <usize>slots
  const lastWeights = weights + <usize>pairs * PAIR
  for (let column: usize = 0; column < row; column += 16) {
    const end = ring + size + column
    let a = ring + <usize>slot * row + column
    let h0 = i32x4.splat(0)
    let h1 = i32x4.splat(0)
    let h2 = i32x4.splat(0)
    let h3 = i32x4.splat(0)
    let l0 = i32x4.splat(0)
    let l1 = i32x4.splat(0)
    let l2 = i32x4.splat(0)
    let l3 = i32x4.splat(0)
    for (let pair = weights; pair < lastWeights; pair += PAIR) {
      let b = a + row
      if (b == end) b -= size
      const upper = v128.load(a)
      const lower = v128.load(b)
      const left = v128.shuffle<i8>(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
      const right = v128.shuffle<i8>(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
      const s0 = i16x8.extend_low_i8x16_u(left)
      const s1 = i16x8.extend_high_i8x16_u(left)
      const s2 = i16x8.extend_low_i8x16_u(right)
      const s3 = i16x8.extend_high_i8x16_u(right)
      const high = v128.load32_splat(pair)
      const low = v128.load32_splat(pair, 4)
      h0 = i32x4.add(h0, i32x4.dot_i16x8_s(s0, high))
      l0 = i32x4.add(l0, i32x4.dot_i16x8_s(s0, low))
      h1 = i32x4.add(h1, i32x4.dot_i16x8_s(s1, high))
      l1 = i32x4.add(l1, i32x4.dot_i16x8_s(s1, low))
      h2 = i32x4.add(h2, i32x4.dot_i16x8_s(s2, high))
      l2 = i32x4.add(l2, i32x4.dot_i16x8_s(s2, low))
      h3 = i32x4.add(h3, i32x4.dot_i16x8_s(s3, high))
      l3 = i32x4.add(l3, i32x4.dot_i16x8_s(s3, low))
      a = b + row
      if (a == end) a -= size
    }
    const low8 = i16x8.narrow_i32x4_s(rounded(h0, l0), rounded(h1, l1))
    const high8 = i16x8.narrow_i32x4_s(rounded(h2, l2), rounded(h3, l3))
    v128.store(out + column, i8x16.narrow_i16x8_u(low8, high8))
  }
}
