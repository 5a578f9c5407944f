import { dataView } from './bytes.ts'

/** The Castagnoli polynomial, bits reversed (RFC 3720, section 12.1 and appendix B.4). */
const POLYNOMIAL = 0x82f63b78

/** Bytes per step. Slicing by 8 runs several times as fast as a single table. */
const SLICES = 8

/**
 * TABLES[256 * s + b] is the checksum register after byte b and then s zero bytes. One flat array, so that the
 * inner loop has a single base pointer.
 */
const TABLES = /* @__PURE__ */ makeTables()

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES)
  for (let byte = 0; byte < 256; byte++) {
    let register = byte
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? POLYNOMIAL : 0)
    tables[byte] = register
  }
  for (let i = 256; i < tables.length; i++) {
    const shorter = tables[i - 256] as number
    tables[i] = (shorter >>> 8) ^ (tables[shorter & 0xff] as number)
  }
  return tables
}

/**
 * CRC-32C (Castagnoli) of the bytes, as an unsigned 32-bit number: crc32c('123456789') is 0xe3069283.
 *
 * @param seed checksum of the bytes before these: crc32c(b, crc32c(a)) is the checksum of a followed by b
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const view = dataView(bytes)
  const length = bytes.length
  const t = TABLES
  let crc = ~seed
  let i = 0
  for (const last = length - SLICES; i <= last; i += SLICES) {
    const low = view.getInt32(i, true) ^ crc
    const high = view.getInt32(i + 4, true)
    crc =
      t[0x700 | (low & 0xff)]! ^
      t[0x600 | ((low >>> 8) & 0xff)]! ^
      t[0x500 | ((low >>> 16) & 0xff)]! ^
      t[0x400 | (low >>> 24)]! ^
      t[0x300 | (high & 0xff)]! ^
      t[0x200 | ((high >>> 8) & 0xff)]! ^
      t[0x100 | ((high >>> 16) & 0xff)]! ^
      t[high >>> 24]!
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!
  return ~crc >>> 0
}
