import { ADDS, ADD_0, ADD_1, CELLS, HIGH, IS_FLOOR, LOW, SCALE, SLOPE, TARGETS, TARGET_CELL, TARGET_ROW } from './task'

/** 1.5 * 2^23. Added to an f32 y, |y| <= 2^22, it leaves the nearest integer, ties to even, in the low bits. */
const MAGIC: f32 = 12582912
const MAGIC_BITS: i32 = 0x4b400000
/** Values beyond this limit stay outside 16 bits, whatever is added to them. */
const BEYOND: f32 = 262144

/** Scales, rounds, bounds and stores the sums of 4 output channels of a row, an i32x4 every `sumCell` bytes. */
export function finish(task: usize, row: usize, vector: usize, sums: usize, sumCell: usize): void {
  const adds = load<u32>(task, ADDS)
  const scale = v128.load(<usize>load<u32>(task, SCALE) + 16 * vector)
  const slope = v128.load32_splat(task, SLOPE)
  const isFloor = load<u32>(task, IS_FLOOR) != 0
  const low = load<i32>(task, LOW)
  const high = load<i32>(task, HIGH)
  const cells = load<i32>(task, CELLS)
  const cell = <usize>load<u32>(task, TARGET_CELL)
  let target = <usize>load<u32>(<usize>load<u32>(task, TARGETS) + 4 * vector)
  target += row * <usize>load<u32>(task, TARGET_ROW)
  if (adds == 0) {
    bounded(sums, sumCell, cells, scale, slope, isFloor, f32x4.splat(<f32>low), f32x4.splat(<f32>high), target, cell)
    return
  }
  const cell0 = <usize>load<u32>(task, ADD_0 + 8)
  const cell1 = <usize>load<u32>(task, ADD_1 + 8)
  let add0 = <usize>load<u32>(task, ADD_0) + row * <usize>load<u32>(task, ADD_0 + 4) + 8 * vector
  let add1 = <usize>load<u32>(task, ADD_1) + row * <usize>load<u32>(task, ADD_1 + 4) + 8 * vector
  const lowest = f32x4.splat(-BEYOND)
  const highest = f32x4.splat(BEYOND)
  const least = i16x8.splat(<i16>low)
  const most = i16x8.splat(<i16>high)
  for (let left = cells; left > 0; left--) {
    let a = rounded(v128.load(sums), scale, slope, isFloor, lowest, highest)
    a = i32x4.add(a, v128.load16x4_s(add0))
    if (adds > 1) a = i32x4.add(a, v128.load16x4_s(add1))
    a = i16x8.min_s(i16x8.max_s(i16x8.narrow_i32x4_s(a, a), least), most)
    v128.store64_lane(target, a, 0)
    target += cell
    sums += sumCell
    add0 += cell0
    add1 += cell1
  }
}

/** The rest of `finish` without tensors to add: it may apply the bounds before rounding. */
function bounded(
  sums: usize,
  sumCell: usize,
  cells: i32,
  scale: v128,
  slope: v128,
  isFloor: bool,
  lowest: v128,
  highest: v128,
  target: usize,
  cell: usize,
): void {
  for (; cells > 1; cells -= 2) {
    const a = rounded(v128.load(sums), scale, slope, isFloor, lowest, highest)
    const b = rounded(v128.load(sums + sumCell), scale, slope, isFloor, lowest, highest)
    const out = i16x8.narrow_i32x4_s(a, b)
    v128.store64_lane(target, out, 0)
    v128.store64_lane(target + cell, out, 1)
    target += 2 * cell
    sums += 2 * sumCell
  }
  if (cells > 0) {
    const a = rounded(v128.load(sums), scale, slope, isFloor, lowest, highest)
    v128.store64_lane(target, i16x8.narrow_i32x4_s(a, a), 0)
  }
}

/** Scales and rounds sums to integers in [lowest, highest], whose magnitudes are at most 2^21. */
// @ts-ignore: decorator
@inline
function rounded(sums: v128, scale: v128, slope: v128, isFloor: bool, lowest: v128, highest: v128): v128 {
  let y = f32x4.mul(f32x4.convert_i32x4_s(sums), scale)
  y = f32x4.pmax(y, f32x4.mul(y, slope))
  if (isFloor) y = f32x4.floor(y)
  y = f32x4.pmin(f32x4.pmax(y, lowest), highest)
  return i32x4.sub(f32x4.add(y, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS))
}
