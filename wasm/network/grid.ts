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
