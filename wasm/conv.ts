/*
 * Networks in integers: the ops of src/network/program.ts, which defines their numbers, on tensors of 16-bit integers
 * with channels last. A cell is padded to a multiple of 4 channels; what lies in the padding never counts, because
 * its weights are zero. src/network/task.ts lays out what these kernels read.
 *
 * A convolution goes row by row and, inside a row, by blocks of 8 output channels (the last may have 4): first the
 * sums of the whole row into a scratch that stays in the first-level cache, then their scale, rounding and bounds.
 */

/** Byte offsets of the fields of a convolution's task, u32 each unless said otherwise. */
const ROWS: usize = 0
const CELLS: usize = 4
const SEGMENTS: usize = 8
const SEGMENTS_END: usize = 12
/** Output channels / 4, rounded up. */
const VECTORS: usize = 16
const WEIGHTS: usize = 20
const BIAS: usize = 24
const SCALE: usize = 28
const SUMS: usize = 32
/** Pointers, one per vector: where it lies in the first cell of the output. */
const TARGETS: usize = 36
const TARGET_ROW: usize = 40
const TARGET_CELL: usize = 44
const IS_FLOOR: usize = 48
/** f32: factor of negative values; 1 without a leaky unit. */
const SLOPE: usize = 52
/** i32 */
const LOW: usize = 56
const HIGH: usize = 60
/** Number of tensors to add, then pointer, row bytes and cell bytes of each. */
const ADDS: usize = 64
const ADD_0: usize = 68
const ADD_1: usize = 80

/** A segment: pointer of the first tap of the first cell, row bytes, cell bytes; dense: bytes under the kernel. */
const SEGMENT: usize = 16

/** 1.5 * 2^23. Added to an f32 y, |y| <= 2^22, it leaves the nearest integer, ties to even, in the low bits. */
const MAGIC: f32 = 12582912
const MAGIC_BITS: i32 = 0x4b400000
/** Values beyond this limit stay outside 16 bits, whatever is added to them. */
const BEYOND: f32 = 262144

/**
 * Every output channel from all input channels. The taps of one row of the kernel lie side by side in memory, so a
 * segment is one such row of one input: pairs of values, as many as `bytes` / 4.
 *
 * @param task weights are i16 [blocks][segments][pairs][4 or 8 outputs][2], bias and scale padded to whole vectors
 */
export function networkDense(task: usize): void {
  const rows = load<u32>(task, ROWS)
  const vectors = load<u32>(task, VECTORS)
  const segments = <usize>load<u32>(task, SEGMENTS)
  const segmentsEnd = <usize>load<u32>(task, SEGMENTS_END)
  const cells = <usize>load<u32>(task, CELLS)
  const bias = <usize>load<u32>(task, BIAS)
  const sums = <usize>load<u32>(task, SUMS)
  let pairs: usize = 0
  for (let s = segments; s < segmentsEnd; s += SEGMENT) pairs += <usize>load<u32>(s, 12) >> 2
  for (let row: u32 = 0; row < rows; row++) {
    let weights = <usize>load<u32>(task, WEIGHTS)
    let vector: u32 = 0
    for (; vector + 1 < vectors; vector += 2) {
      dense8(segments, segmentsEnd, row, cells, weights, bias + 16 * vector, sums)
      finish(task, row, vector, sums, 32)
      finish(task, row, vector + 1, sums + 16, 32)
      weights += 32 * pairs
    }
    if (vector < vectors) {
      dense4(segments, segmentsEnd, row, cells, weights, bias + 16 * vector, sums)
      finish(task, row, vector, sums, 16)
    }
  }
}

/**
 * Sums of 8 output channels, i32 [cells][8]; up to 3 cells more are written. 4 cells at a time: with 2 vectors each,
 * sums, inputs and weights just fill the 16 registers of x86. The compilers of the engines unroll the inner loop, and
 * do so better than by hand, because they move all loads of a body to its front.
 */
function dense8(
  segments: usize,
  segmentsEnd: usize,
  row: usize,
  cells: usize,
  weights: usize,
  bias: usize,
  sums: usize,
): void {
  const last = cells - 1
  for (let x: usize = 0; x < cells; x += 4) {
    // Behind the last cell of the row, the last cell is read again.
    const x1 = min(x + 1, last)
    const x2 = min(x + 2, last)
    const x3 = min(x + 3, last)
    let a0 = v128.load(bias)
    let a1 = v128.load(bias, 16)
    let b0 = a0
    let b1 = a1
    let c0 = a0
    let c1 = a1
    let d0 = a0
    let d1 = a1
    let w = weights
    for (let s = segments; s < segmentsEnd; s += SEGMENT) {
      const base = <usize>load<u32>(s) + row * <usize>load<u32>(s, 4)
      const cell = <usize>load<u32>(s, 8)
      let a = base + x * cell
      let b = base + x1 * cell
      let c = base + x2 * cell
      let d = base + x3 * cell
      const end = a + <usize>load<u32>(s, 12)
      do {
        const w0 = v128.load(w)
        const w1 = v128.load(w, 16)
        let v = v128.load32_splat(a)
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v, w0))
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v, w1))
        v = v128.load32_splat(b)
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0))
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1))
        v = v128.load32_splat(c)
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v, w0))
        c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v, w1))
        v = v128.load32_splat(d)
        d0 = i32x4.add(d0, i32x4.dot_i16x8_s(v, w0))
        d1 = i32x4.add(d1, i32x4.dot_i16x8_s(v, w1))
        a += 4
        b += 4
        c += 4
        d += 4
        w += 32
      } while (a < end)
    }
    v128.store(sums, a0)
    v128.store(sums, a1, 16)
    v128.store(sums, b0, 32)
    v128.store(sums, b1, 48)
    v128.store(sums, c0, 64)
    v128.store(sums, c1, 80)
    v128.store(sums, d0, 96)
    v128.store(sums, d1, 112)
    sums += 128
  }
}

/** Sums of 4 output channels, i32 [cells][4]; up to 5 cells more are written. */
function dense4(
  segments: usize,
  segmentsEnd: usize,
  row: usize,
  cells: usize,
  weights: usize,
  bias: usize,
  sums: usize,
): void {
  const last = cells - 1
  for (let x: usize = 0; x < cells; x += 6) {
    const x1 = min(x + 1, last)
    const x2 = min(x + 2, last)
    const x3 = min(x + 3, last)
    const x4 = min(x + 4, last)
    const x5 = min(x + 5, last)
    let a0 = v128.load(bias)
    let b0 = a0
    let c0 = a0
    let d0 = a0
    let e0 = a0
    let f0 = a0
    let w = weights
    for (let s = segments; s < segmentsEnd; s += SEGMENT) {
      const base = <usize>load<u32>(s) + row * <usize>load<u32>(s, 4)
      const cell = <usize>load<u32>(s, 8)
      let a = base + x * cell
      let b = base + x1 * cell
      let c = base + x2 * cell
      let d = base + x3 * cell
      let e = base + x4 * cell
      let f = base + x5 * cell
      const end = a + <usize>load<u32>(s, 12)
      do {
        const w0 = v128.load(w)
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load32_splat(a), w0))
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v128.load32_splat(b), w0))
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.load32_splat(c), w0))
        d0 = i32x4.add(d0, i32x4.dot_i16x8_s(v128.load32_splat(d), w0))
        e0 = i32x4.add(e0, i32x4.dot_i16x8_s(v128.load32_splat(e), w0))
        f0 = i32x4.add(f0, i32x4.dot_i16x8_s(v128.load32_splat(f), w0))
        a += 4
        b += 4
        c += 4
        d += 4
        e += 4
        f += 4
        w += 16
      } while (a < end)
    }
    v128.store(sums, a0)
    v128.store(sums, b0, 16)
    v128.store(sums, c0, 32)
    v128.store(sums, d0, 48)
    v128.store(sums, e0, 64)
    v128.store(sums, f0, 80)
    sums += 96
  }
}

/**
 * Every output channel from its own input channel, with 3 x 3 taps. A segment is 4 channels of one input.
 *
 * @param task weights are i16 [segments][5][4 channels][2]: taps (0, 3) (1, 4) (2, 5) (6, 7) (none, 8)
 */
export function networkDepthwise(task: usize): void {
  const rows = load<u32>(task, ROWS)
  const segmentsEnd = <usize>load<u32>(task, SEGMENTS_END)
  const cells = <usize>load<u32>(task, CELLS)
  const sums = <usize>load<u32>(task, SUMS)
  for (let row: u32 = 0; row < rows; row++) {
    let weights = <usize>load<u32>(task, WEIGHTS)
    let bias = <usize>load<u32>(task, BIAS)
    let vector: u32 = 0
    for (let s = <usize>load<u32>(task, SEGMENTS); s < segmentsEnd; s += SEGMENT) {
      const rowBytes = <usize>load<u32>(s, 4)
      const base = <usize>load<u32>(s) + <usize>row * rowBytes
      depthwise4(base, rowBytes, <usize>load<u32>(s, 8), cells, weights, bias, sums)
      finish(task, row, vector, sums, 16)
      vector++
      weights += 80
      bias += 16
    }
  }
}

/**
 * Sums of 4 channels, i32 [cells][4]. Each step to the right loads one new column of 3 taps: `u` pairs its upper two,
 * `q` its lowest with that of the column before.
 */
function depthwise4(
  base: usize,
  rowBytes: usize,
  cell: usize,
  cells: usize,
  weights: usize,
  bias: usize,
  sums: usize,
): void {
  const start = v128.load(bias)
  const w03 = v128.load(weights)
  const w14 = v128.load(weights, 16)
  const w25 = v128.load(weights, 32)
  const w67 = v128.load(weights, 48)
  const w8 = v128.load(weights, 64)
  let r0 = base
  let r1 = r0 + rowBytes
  let r2 = r1 + rowBytes
  let u0 = pair(v128.load64_zero(r0), v128.load64_zero(r1))
  const v0 = v128.load64_zero(r2)
  r0 += cell
  r1 += cell
  r2 += cell
  let u1 = pair(v128.load64_zero(r0), v128.load64_zero(r1))
  let v1 = v128.load64_zero(r2)
  let q1 = pair(v0, v1)
  const end = sums + 16 * cells
  do {
    r0 += cell
    r1 += cell
    r2 += cell
    const u2 = pair(v128.load64_zero(r0), v128.load64_zero(r1))
    const v2 = v128.load64_zero(r2)
    const q2 = pair(v1, v2)
    let sum = i32x4.add(start, i32x4.dot_i16x8_s(u0, w03))
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(q1, w67))
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(u1, w14))
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(u2, w25))
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(q2, w8))
    v128.store(sums, sum)
    u0 = u1
    u1 = u2
    v1 = v2
    q1 = q2
    sums += 16
  } while (sums < end)
}

// @ts-ignore: decorator
@inline
function pair(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

/** Scales, rounds, bounds and stores the sums of 4 output channels of a row, an i32x4 every `sumCell` bytes. */
function finish(task: usize, row: usize, vector: usize, sums: usize, sumCell: usize): void {
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

/** Copies `bytes` (even) of every cell of one grid to the same cell of another grid. */
export function networkCopy(
  from: usize,
  fromRow: usize,
  fromCell: usize,
  to: usize,
  toRow: usize,
  toCell: usize,
  rows: i32,
  cells: i32,
  bytes: i32,
): void {
  for (let row = 0; row < rows; row++) {
    let p = from
    let q = to
    for (let x = 0; x < cells; x++) {
      let i: usize = 0
      for (const whole = <usize>bytes & ~15; i < whole; i += 16) v128.store(q + i, v128.load(p + i))
      if (bytes & 8) {
        store<u64>(q + i, load<u64>(p + i))
        i += 8
      }
      if (bytes & 4) {
        store<u32>(q + i, load<u32>(p + i))
        i += 4
      }
      if (bytes & 2) store<u16>(q + i, load<u16>(p + i))
      p += fromCell
      q += toCell
    }
    from += fromRow
    to += toRow
  }
}

/** Adds two grids with saturation. The cells of a row are contiguous and take `bytes`, a multiple of 8. */
export function networkSum(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  out: usize,
  outRow: usize,
  rows: i32,
  bytes: usize,
): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 8) {
      const sum = i16x8.add_sat_s(v128.load64_zero(a + i), v128.load64_zero(b + i))
      v128.store64_lane(out + i, sum, 0)
    }
    a += aRow
    b += bRow
    out += outRow
  }
}
