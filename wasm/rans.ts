/*
 * rANS decoding. src/entropy/rans-decoder.ts describes the format, tables.ts the tables.
 *
 * Memory of the tables:  buckets u16[64 * 256] · radius u16[64] · entries u32[]
 * An entry is last | k << 16, with k = -32768 for an escape.
 * Memory of the state:   x u32[4] (the state of the next symbol comes first) · result i32
 */
const RADIUS: usize = 64 * 256 * 2
const ENTRIES: usize = RADIUS + 64 * 2
const ESCAPE: i32 = -32768
const RESULT: usize = 16

const OK: i32 = 0
const BAD_SYMBOL: i32 = 1
const BAD_TABLE: i32 = 2

const MAX_SYMBOL: i32 = 32767

/**
 * Decodes `count` symbols. Reads at most 6 bytes per symbol and 2 more from `input`. The caller provides that many bytes
 * of any content, and afterwards compares the returned position with the end of the data.
 */
export function ransDecode(
  tables: usize,
  indexes: usize,
  count: usize,
  out: usize,
  input: usize,
  state: usize,
): usize {
  let x0 = load<u32>(state)
  let x1 = load<u32>(state, 4)
  let x2 = load<u32>(state, 8)
  let x3 = load<u32>(state, 12)
  let anyIndex: u32 = 0
  let result = OK
  const end = indexes + count
  for (; indexes < end; indexes++, out += 2) {
    const index = <u32>load<u8>(indexes)
    if (index == 0) {
      store<i16>(out, 0)
      continue
    }
    anyIndex |= index
    const table = index & 63
    let slot = x0 & 0xffff
    const bucket = <usize>((table << 8) | (slot >> 8))
    let s = tables + ((<usize>load<u16>(tables + (bucket << 1))) << 2)
    let entry = load<u32>(s, ENTRIES)
    while (slot > (entry & 0xffff)) entry = load<u32>((s += 4), ENTRIES)
    const before = load<u32>(s - 4, ENTRIES)
    const frequency = (entry - before) & 0xffff
    let x = frequency * (x0 >> 16) + ((slot - before - 1) & 0xffff)
    let need = x < 0x10000
    x = select<u32>((x << 16) | <u32>load<u16>(input), x, need)
    input += (<usize>need) << 1

    let k = <i32>entry >> 16
    if (k == ESCAPE) {
      slot = x & 0xffff
      const length = slot >> 12
      x = ((x >> 16) << 12) | (slot & 0xfff)
      need = x < 0x10000
      x = select<u32>((x << 16) | <u32>load<u16>(input), x, need)
      input += (<usize>need) << 1

      const shift = 15 - length
      slot = x & 0xffff
      const tail = slot >> shift
      x = ((x >> 16) << shift) | (slot & ((1 << shift) - 1))
      need = x < 0x10000
      x = select<u32>((x << 16) | <u32>load<u16>(input), x, need)
      input += (<usize>need) << 1

      k = <i32>load<u16>(tables + ((<usize>table) << 1), RADIUS) + <i32>((1 << length) | (tail >> 1))
      if (k > MAX_SYMBOL) {
        result = BAD_SYMBOL
        break
      }
      k = select<i32>(-k, k, (tail & 1) != 0)
    }
    store<i16>(out, <i16>k)
    x0 = x1
    x1 = x2
    x2 = x3
    x3 = x
  }
  if (anyIndex > 63) result = BAD_TABLE
  store<u32>(state, x0)
  store<u32>(state, x1, 4)
  store<u32>(state, x2, 8)
  store<u32>(state, x3, 12)
  store<i32>(state, result, RESULT)
  return input
}
