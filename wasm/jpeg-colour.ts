// Colour conversion of src/pixels/jpeg/colour.ts in vectors of 8 samples, with the same integers.
const HALF: i32 = 1 << 12
const Y_OFFSET: i32 = HALF - (512 << 13)

/** (r, g) as i16 pairs of the four pixels that start at byte 0 of `v`; redGreenHigh at byte 4. */
// @ts-ignore: decorator
@inline
function redGreenLow(v: v128): v128 {
  return v128.shuffle<u8>(v, i64x2.splat(0), 0, 16, 1, 16, 3, 16, 4, 16, 6, 16, 7, 16, 9, 16, 10, 16)
}

// @ts-ignore: decorator
@inline
function redGreenHigh(v: v128): v128 {
  return v128.shuffle<u8>(v, i64x2.splat(0), 4, 16, 5, 16, 7, 16, 8, 16, 10, 16, 11, 16, 13, 16, 14, 16)
}

/** Blue as i32x4 of the same four pixels. */
// @ts-ignore: decorator
@inline
function blueLow(v: v128): v128 {
  return v128.shuffle<u8>(v, i64x2.splat(0), 2, 16, 16, 16, 5, 16, 16, 16, 8, 16, 16, 16, 11, 16, 16, 16)
}

// @ts-ignore: decorator
@inline
function blueHigh(v: v128): v128 {
  return v128.shuffle<u8>(v, i64x2.splat(0), 6, 16, 16, 16, 9, 16, 16, 16, 12, 16, 16, 16, 15, 16, 16, 16)
}

/** (r * a + g * b + blue * c + bias) >> shift, in each lane. */
// @ts-ignore: decorator
@inline
function mix(redGreen: v128, blue: v128, ab: v128, c: v128, bias: v128, shift: i32): v128 {
  const sum = i32x4.add(i32x4.dot_i16x8_s(redGreen, ab), i32x4.dot_i16x8_s(blue, c))
  return i32x4.shr_s(i32x4.add(sum, bias), shift)
}

// @ts-ignore: decorator
@inline
function lumaOf8(p: usize): v128 {
  const low = v128.load(p)
  const high = v128.load(p, 8)
  const ab = i16x8(9798, 19235, 9798, 19235, 9798, 19235, 9798, 19235)
  const c = i32x4.splat(3735)
  const bias = i32x4.splat(Y_OFFSET)
  return i16x8.narrow_i32x4_s(
    mix(redGreenLow(low), blueLow(low), ab, c, bias, 13),
    mix(redGreenHigh(high), blueHigh(high), ab, c, bias, 13),
  )
}

/** Extends the row of `width` pixels at `row` to `stride` pixels by repeating the last one. */
function padRow(row: usize, width: i32, stride: i32): void {
  let p = row + 3 * <usize>width
  const end = row + 3 * <usize>stride
  const r = load<u8>(p - 3)
  const g = load<u8>(p - 2)
  const b = load<u8>(p - 1)
  for (; p < end; p += 3) {
    store<u8>(p, r)
    store<u8>(p, g, 1)
    store<u8>(p, b, 2)
  }
}

/**
 * Converts one line of 8x8 MCUs. `rgb` holds `rows` (1..8) rows of `width` pixels without gaps; `scratch` has room for one
 * row of `stride` pixels (a multiple of 8); each plane has room for 8 rows.
 */
export function jpegConvert444(
  rgb: usize,
  width: i32,
  rows: i32,
  scratch: usize,
  stride: i32,
  y: usize,
  cb: usize,
  cr: usize,
): void {
  const bytes = <usize>width * 3
  for (let row = 0; row < 8; row++) {
    memory.copy(scratch, rgb + <usize>min(row, rows - 1) * bytes, bytes)
    padRow(scratch, width, stride)
    const end = scratch + 3 * <usize>stride
    for (let p = scratch; p < end; p += 24, y += 16, cb += 16, cr += 16) {
      v128.store(y, lumaOf8(p))
      const low = v128.load(p)
      const high = v128.load(p, 8)
      const rgLow = redGreenLow(low)
      const rgHigh = redGreenHigh(high)
      const bLow = blueLow(low)
      const bHigh = blueHigh(high)
      const bias = i32x4.splat(HALF)
      const cbAb = i16x8(-5529, -10855, -5529, -10855, -5529, -10855, -5529, -10855)
      const cbC = i32x4.splat(16384)
      v128.store(
        cb,
        i16x8.narrow_i32x4_s(mix(rgLow, bLow, cbAb, cbC, bias, 13), mix(rgHigh, bHigh, cbAb, cbC, bias, 13)),
      )
      const crAb = i16x8(16384, -13720, 16384, -13720, 16384, -13720, 16384, -13720)
      const crC = i32x4.splat(-2664)
      v128.store(
        cr,
        i16x8.narrow_i32x4_s(mix(rgLow, bLow, crAb, crC, bias, 13), mix(rgHigh, bHigh, crAb, crC, bias, 13)),
      )
    }
  }
}

/** Sums of neighbours: from the 32-bit lanes (a0 a1 a2 a3) and (a4 a5 a6 a7) to 16-bit pairs. */
// @ts-ignore: decorator
@inline
function pairSums(a: v128, b: v128): v128 {
  return i16x8.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7))
}

/** As jpegConvert444, for 16x16 MCUs: 16 rows of luma, 8 of chroma, two rows of scratch, a stride that is a multiple of 16. */
export function jpegConvert420(
  rgb: usize,
  width: i32,
  rows: i32,
  scratch: usize,
  stride: i32,
  y: usize,
  cb: usize,
  cr: usize,
): void {
  const bytes = <usize>width * 3
  const strideBytes = <usize>stride * 3
  const yBytes = <usize>stride * 2
  for (let row = 0; row < 16; row += 2) {
    memory.copy(scratch, rgb + <usize>min(row, rows - 1) * bytes, bytes)
    padRow(scratch, width, stride)
    memory.copy(scratch + strideBytes, rgb + <usize>min(row + 1, rows - 1) * bytes, bytes)
    padRow(scratch + strideBytes, width, stride)
    const end = scratch + strideBytes
    for (let p = scratch; p < end; p += 48, y += 32, cb += 16, cr += 16) {
      const q = p + strideBytes
      v128.store(y, lumaOf8(p))
      v128.store(y, lumaOf8(p + 24), 16)
      v128.store(y + yBytes, lumaOf8(q))
      v128.store(y + yBytes, lumaOf8(q + 24), 16)

      const p0 = v128.load(p)
      const p1 = v128.load(p, 8)
      const p2 = v128.load(p, 24)
      const p3 = v128.load(p, 32)
      const q0 = v128.load(q)
      const q1 = v128.load(q, 8)
      const q2 = v128.load(q, 24)
      const q3 = v128.load(q, 32)
      const rg0 = i16x8.add(redGreenLow(p0), redGreenLow(q0))
      const rg1 = i16x8.add(redGreenHigh(p1), redGreenHigh(q1))
      const rg2 = i16x8.add(redGreenLow(p2), redGreenLow(q2))
      const rg3 = i16x8.add(redGreenHigh(p3), redGreenHigh(q3))
      const rgLow = pairSums(rg0, rg1)
      const rgHigh = pairSums(rg2, rg3)
      const b0 = i16x8.add(blueLow(p0), blueLow(q0))
      const b1 = i16x8.add(blueHigh(p1), blueHigh(q1))
      const b2 = i16x8.add(blueLow(p2), blueLow(q2))
      const b3 = i16x8.add(blueHigh(p3), blueHigh(q3))
      const bLow = pairSums(b0, b1)
      const bHigh = pairSums(b2, b3)
      const bias = i32x4.splat(4 * HALF)
      const cbAb = i16x8(-5529, -10855, -5529, -10855, -5529, -10855, -5529, -10855)
      const cbC = i32x4.splat(16384)
      v128.store(
        cb,
        i16x8.narrow_i32x4_s(mix(rgLow, bLow, cbAb, cbC, bias, 15), mix(rgHigh, bHigh, cbAb, cbC, bias, 15)),
      )
      const crAb = i16x8(16384, -13720, 16384, -13720, 16384, -13720, 16384, -13720)
      const crC = i32x4.splat(-2664)
      v128.store(
        cr,
        i16x8.narrow_i32x4_s(mix(rgLow, bLow, crAb, crC, bias, 15), mix(rgHigh, bHigh, crAb, crC, bias, 15)),
      )
    }
    y += yBytes
  }
}
