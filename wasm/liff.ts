/*
 * LIFF, row by row: the same integers as liffReference in liff.ts of src/codec/compass, which describes them.
 */
const CUBIC_BITS: i32 = 14
const FILTER_BITS: i32 = 8
/** Bytes of a pixel, and of the two pixels in front of a line: a cubic tap reaches so far to the left. */
const PIXEL: usize = 6
const MARGIN: usize = 2 * PIXEL

/**
 * Interpolates a row of RGB pixels vertically (bicubic) into `line`, and replicates two pixels on either side.
 *
 * Reads up to 14 bytes behind a row and writes up to 2 behind the right margin.
 */
export function liffCubic(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  width: i32,
  weights: usize,
  line: usize,
): void {
  const w01 = v128.load32_splat(weights)
  const w23 = v128.load32_splat(weights, 4)
  const half = i32x4.splat(1 << (CUBIC_BITS - 1))
  const bytes = <usize>width * PIXEL
  line += MARGIN
  for (let x: usize = 0; x < bytes; x += 16) {
    const a = v128.load(r0 + x)
    const b = v128.load(r1 + x)
    const c = v128.load(r2 + x)
    const d = v128.load(r3 + x)
    const low = i32x4.add(
      i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), w01),
      i32x4.dot_i16x8_s(v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11), w23),
    )
    const high = i32x4.add(
      i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), w01),
      i32x4.dot_i16x8_s(v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15), w23),
    )
    // Keeps the low 16 bits, as a store into an Int16Array does.
    v128.store(
      line + x,
      v128.shuffle<i16>(
        i32x4.shr_s(i32x4.add(low, half), CUBIC_BITS),
        i32x4.shr_s(i32x4.add(high, half), CUBIC_BITS),
        0, 2, 4, 6, 8, 10, 12, 14,
      ),
    )
  }
  copyPixel(line, line - MARGIN)
  copyPixel(line, line - PIXEL)
  const end = line + bytes
  copyPixel(end - PIXEL, end)
  copyPixel(end - PIXEL, end + PIXEL)
}

// @ts-ignore: decorator
@inline
function copyPixel(from: usize, to: usize): void {
  store<u32>(to, load<u32>(from))
  store<u16>(to, load<u16>(from, 4), 4)
}

/** Adds the products of one tap's 8 features with the filters of one channel; `filter` is its immediate offset. */
// @ts-ignore: decorator
@inline
function tap(acc: v128, features: v128, filter: usize): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(features, v128.load(filter)))
}

/**
 * Predicts one row: horizontal bicubic of `line`, plus the filters on the 3x3 neighbourhood of the features.
 *
 * @param above, middle, below rows of features, 16 bytes per pixel, one replicated pixel on either side
 * @param width of the picture of the layer below; positions outside it are clamped
 * @param columns u32 per output pixel: nearest pixel below | phase << 16
 * @param phases u8[16] each: cubic weights i16[4], then u32: first tap as byte offset into a line, 0 or 6
 * @param bank i16 [phases][3][9][8] of this row's phase
 * @param out the RGB row, with room for 2 more bytes
 */
export function liffRow(
  line: usize,
  above: usize,
  middle: usize,
  below: usize,
  width: i32,
  columns: usize,
  target: i32,
  phases: usize,
  phaseCount: i32,
  bank: usize,
  out: usize,
): void {
  const halfCubic = i32x4.splat(1 << (CUBIC_BITS - 1))
  const halfFilter = i32x4.splat(1 << (FILTER_BITS - 1))
  const lowest = i16x8.splat(-32767)
  const last = <u32>width - 1
  const lastPhase = <u32>phaseCount - 1
  const end = columns + 4 * <usize>target
  for (; columns < end; columns += 4, out += PIXEL) {
    const column = load<u32>(columns)
    const near = <usize>min<u32>(column & 0xffff, last)
    const phase = <usize>min<u32>(column >> 16, lastPhase)

    const filter = bank + phase * 432
    const f0 = above + (near << 4)
    const f1 = middle + (near << 4)
    const f2 = below + (near << 4)
    let v = v128.load(f0)
    let a = i32x4.dot_i16x8_s(v, v128.load(filter))
    let b = i32x4.dot_i16x8_s(v, v128.load(filter, 144))
    let c = i32x4.dot_i16x8_s(v, v128.load(filter, 288))
    v = v128.load(f0, 16)
    a = tap(a, v, filter + 16)
    b = tap(b, v, filter + 160)
    c = tap(c, v, filter + 304)
    v = v128.load(f0, 32)
    a = tap(a, v, filter + 32)
    b = tap(b, v, filter + 176)
    c = tap(c, v, filter + 320)
    v = v128.load(f1)
    a = tap(a, v, filter + 48)
    b = tap(b, v, filter + 192)
    c = tap(c, v, filter + 336)
    v = v128.load(f1, 16)
    a = tap(a, v, filter + 64)
    b = tap(b, v, filter + 208)
    c = tap(c, v, filter + 352)
    v = v128.load(f1, 32)
    a = tap(a, v, filter + 80)
    b = tap(b, v, filter + 224)
    c = tap(c, v, filter + 368)
    v = v128.load(f2)
    a = tap(a, v, filter + 96)
    b = tap(b, v, filter + 240)
    c = tap(c, v, filter + 384)
    v = v128.load(f2, 16)
    a = tap(a, v, filter + 112)
    b = tap(b, v, filter + 256)
    c = tap(c, v, filter + 400)
    v = v128.load(f2, 32)
    a = tap(a, v, filter + 128)
    b = tap(b, v, filter + 272)
    c = tap(c, v, filter + 416)
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7))
    const cc = i32x4.add(c, v128.shuffle<i32>(c, c, 2, 3, 0, 1))
    const filtered = i32x4.add(v128.shuffle<i32>(ab, cc, 0, 2, 4, 6), v128.shuffle<i32>(ab, cc, 1, 3, 5, 7))

    const record = phases + (phase << 4)
    const taps = line + near * PIXEL + <usize>(load<u32>(record, 8) & 6)
    const left = v128.load(taps)
    const right = v128.load(taps, 8)
    // Pairs of taps of red, green and blue. The fourth pair repeats blue; its result is not used.
    const p01 = v128.shuffle<i16>(left, left, 0, 3, 1, 4, 2, 5, 2, 5)
    const p23 = v128.shuffle<i16>(right, right, 2, 5, 3, 6, 4, 7, 4, 7)
    const cubic = i32x4.add(
      i32x4.dot_i16x8_s(p01, v128.load32_splat(record)),
      i32x4.dot_i16x8_s(p23, v128.load32_splat(record, 4)),
    )

    const sum = i32x4.add(
      i32x4.shr_s(i32x4.add(cubic, halfCubic), CUBIC_BITS),
      i32x4.shr_s(i32x4.add(filtered, halfFilter), FILTER_BITS),
    )
    const clamped = i16x8.max_s(i16x8.narrow_i32x4_s(sum, sum), lowest)
    v128.store64_lane(out, clamped, 0)
  }
}
