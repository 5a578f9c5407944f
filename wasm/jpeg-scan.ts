// Tokens and bits of src/pixels/jpeg/tokens.ts and bit-writer.ts: the same tokens, the same bytes.
// @ts-ignore: decorator
@inline
function nonZero(p: usize): u64 {
  const zero = i64x2.splat(0)
  const a = i16x8.ne(v128.load(p), zero)
  const b = i16x8.ne(v128.load(p, 16), zero)
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(a, b)))
}

// @ts-ignore: decorator
@inline
function token(table: u32, run: u32, value: i32): u32 {
  const size = 32 - <u32>clz<i32>(abs(value))
  const amplitude = <u32>(value + (value >> 31)) & ((1 << size) - 1)
  return (table << 24) | (run << 20) | (size << 16) | amplitude
}

/**
 * Makes the tokens of `mcus` MCUs (see tokens.ts), at most 64 per block. `dc` holds the three DC predictions as i32.
 *
 * @returns the pointer behind the last token
 */
export function jpegTokenize(coefficients: usize, mcus: i32, lumaBlocks: i32, dc: usize, out: usize): usize {
  const blocks = lumaBlocks + 2
  for (let mcu = 0; mcu < mcus; mcu++) {
    for (let i = 0; i < blocks; i++, coefficients += 128) {
      const component = i < lumaBlocks ? 0 : i - lumaBlocks + 1
      const table: u32 = component == 0 ? 0 : 2
      const prediction = dc + ((<usize>component) << 2)
      const value = <i32>load<i16>(coefficients)
      store<u32>(out, token(table, 0, value - load<i32>(prediction)))
      out += 4
      store<i32>(prediction, value)
      const ac = table | 1
      let rest =
        nonZero(coefficients) |
        (nonZero(coefficients + 32) << 16) |
        (nonZero(coefficients + 64) << 32) |
        (nonZero(coefficients + 96) << 48)
      rest &= ~1
      let last: u32 = 0
      while (rest != 0) {
        const at = <u32>ctz<u64>(rest)
        rest &= rest - 1
        let run = at - last - 1
        last = at
        while (run > 15) {
          store<u32>(out, (ac << 24) | 0xf00000)
          out += 4
          run -= 16
        }
        store<u32>(out, token(ac, run, <i32>load<i16>(coefficients + ((<usize>at) << 1))))
        out += 4
      }
      if (last != 63) {
        store<u32>(out, ac << 24)
        out += 4
      }
    }
  }
  return out
}

/** Whether one of the four bytes is 0xff. */
// @ts-ignore: decorator
@inline
function needsStuffing(word: u32): bool {
  return ((~word - 0x01010101) & word & 0x80808080) != 0
}

// @ts-ignore: decorator
@inline
function putByte(out: usize, byte: u32): usize {
  store<u8>(out++, <u8>byte)
  if (byte == 0xff) store<u8>(out++, 0)
  return out
}

/**
 * Writes `count` tokens as bits: at most 8 bytes per token, and 8 more.
 *
 * @param codes u16[1024] Huffman codes and `lengths` u8[1024] their lengths up to 16, both by token >>> 16
 * @param state u32 bits not written yet, u32 their number (below 8)
 * @returns the pointer behind the last byte
 */
export function jpegEmit(
  tokens: usize,
  count: usize,
  codes: usize,
  lengths: usize,
  state: usize,
  out: usize,
): usize {
  let pending = <u64>load<u32>(state)
  let bits = <u64>(load<u32>(state, 4) & 7)
  const end = tokens + (count << 2)
  for (; tokens < end; tokens += 4) {
    const token = load<u32>(tokens)
    const symbol = <usize>((token >> 16) & 1023)
    const length = <u64>min<u32>(load<u8>(lengths + symbol), 16)
    const size = <u64>(symbol & 15)
    const code = <u64>load<u16>(codes + (symbol << 1))
    pending = (pending << (length + size)) | (code << size) | <u64>(token & 0xffff)
    bits += length + size
    if (bits < 32) continue
    bits -= 32
    const word = <u32>(pending >> bits)
    if (needsStuffing(word)) {
      out = putByte(out, word >> 24)
      out = putByte(out, (word >> 16) & 0xff)
      out = putByte(out, (word >> 8) & 0xff)
      out = putByte(out, word & 0xff)
    } else {
      store<u32>(out, bswap<u32>(word))
      out += 4
    }
  }
  while (bits >= 8) {
    bits -= 8
    out = putByte(out, <u32>(pending >> bits) & 0xff)
  }
  store<u32>(state, <u32>pending & 0xff)
  store<u32>(state, <u32>bits, 4)
  return out
}
