import { finish } from './finish'
import { BIAS, CELLS, ROWS, SEGMENT, SEGMENTS, SEGMENTS_END, SUMS, WEIGHTS } from './task'

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
