import { finish } from './finish'
import { BIAS, CELLS, ROWS, SEGMENT, SEGMENTS, SEGMENTS_END, SUMS, VECTORS, WEIGHTS } from './task'

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
