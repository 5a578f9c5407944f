const POLYNOMIAL = 0xedb88320

const TABLE = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let register = byte
  for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? POLYNOMIAL : 0)
  return register
})

/** CRC-32 of ISO/IEC 3309, as PNG chunks carry it (PNG, annex D). Unsigned: crc32('123456789') is 0xcbf43926. */
export function crc32(bytes: Uint8Array): number {
  let register = -1
  for (const byte of bytes) register = (register >>> 8) ^ TABLE[(register ^ byte) & 0xff]!
  return ~register >>> 0
}
