/*
 * Products of matrices of doubles. Lanes and accumulators hold different sums, never parts of one sum, and no product is
 * fused with an addition. Every sum is therefore rounded as in a plain loop.
 */

/** c[n, m] += a[n, k] · b[k, m]. All matrices are dense and row-major; each sum adds its k products in order. */
export function matrixAddProduct(a: usize, b: usize, c: usize, n: i32, k: i32, m: i32): void {
  if (m == 0) return
  const aRow = <usize>k << 3
  const row = <usize>m << 3
  const end = c + <usize>n * row
  for (; c + 2 * row <= end; c += 2 * row, a += 2 * aRow) {
    let o: usize = 0
    for (; o + 64 <= row; o += 64) twoRowsOfEight(a, aRow, b + o, row, c + o)
    restOfRow(a, aRow, b, row, c, o)
    restOfRow(a + aRow, aRow, b, row, c + row, o)
  }
  if (c >= end) return
  let o: usize = 0
  for (; o + 64 <= row; o += 64) rowOfEight(a, aRow, b + o, row, c + o)
  restOfRow(a, aRow, b, row, c, o)
}

/** The sums of one row of c from byte `o` of the row on. */
function restOfRow(a: usize, aRow: usize, b: usize, row: usize, c: usize, o: usize): void {
  for (; o + 16 <= row; o += 16) rowOfTwo(a, aRow, b + o, row, c + o)
  if (o < row) rowOfOne(a, aRow, b + o, row, c + o)
}

// @ts-ignore: decorator
@inline
function addScaled(sum: v128, value: v128, b: usize): v128 {
  return f64x2.add(sum, f64x2.mul(value, v128.load(b)))
}

function twoRowsOfEight(a: usize, aRow: usize, b: usize, row: usize, c: usize): void {
  const d = c + row
  let c0 = v128.load(c)
  let c1 = v128.load(c, 16)
  let c2 = v128.load(c, 32)
  let c3 = v128.load(c, 48)
  let d0 = v128.load(d)
  let d1 = v128.load(d, 16)
  let d2 = v128.load(d, 32)
  let d3 = v128.load(d, 48)
  for (const end = a + aRow; a < end; a += 8, b += row) {
    const x = v128.load64_splat(a)
    const y = v128.load64_splat(a + aRow)
    c0 = addScaled(c0, x, b)
    d0 = addScaled(d0, y, b)
    c1 = addScaled(c1, x, b + 16)
    d1 = addScaled(d1, y, b + 16)
    c2 = addScaled(c2, x, b + 32)
    d2 = addScaled(d2, y, b + 32)
    c3 = addScaled(c3, x, b + 48)
    d3 = addScaled(d3, y, b + 48)
  }
  v128.store(c, c0)
  v128.store(c, c1, 16)
  v128.store(c, c2, 32)
  v128.store(c, c3, 48)
  v128.store(d, d0)
  v128.store(d, d1, 16)
  v128.store(d, d2, 32)
  v128.store(d, d3, 48)
}

function rowOfEight(a: usize, aRow: usize, b: usize, row: usize, c: usize): void {
  let c0 = v128.load(c)
  let c1 = v128.load(c, 16)
  let c2 = v128.load(c, 32)
  let c3 = v128.load(c, 48)
  for (const end = a + aRow; a < end; a += 8, b += row) {
    const x = v128.load64_splat(a)
    c0 = addScaled(c0, x, b)
    c1 = addScaled(c1, x, b + 16)
    c2 = addScaled(c2, x, b + 32)
    c3 = addScaled(c3, x, b + 48)
  }
  v128.store(c, c0)
  v128.store(c, c1, 16)
  v128.store(c, c2, 32)
  v128.store(c, c3, 48)
}

function rowOfTwo(a: usize, aRow: usize, b: usize, row: usize, c: usize): void {
  let sum = v128.load(c)
  for (const end = a + aRow; a < end; a += 8, b += row) sum = addScaled(sum, v128.load64_splat(a), b)
  v128.store(c, sum)
}

function rowOfOne(a: usize, aRow: usize, b: usize, row: usize, c: usize): void {
  let sum = load<f64>(c)
  for (const end = a + aRow; a < end; a += 8, b += row) sum += load<f64>(a) * load<f64>(b)
  store<f64>(c, sum)
}
