import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/core/crc32c.ts'

/** The definition, one bit at a time. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}

describe('crc32c', () => {
  // The check value of the CRC catalogue, and the vectors of RFC 3720, appendix B.4.
  it.each([
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
    ['32 bytes of 0', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of 255', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['0, 1, … 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31, 30, … 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nothing', new Uint8Array(0), 0],
  ])('gives the published value of %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('agrees with the bitwise definition at every length and offset', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, offset) => {
        const view = new Uint8Array(bytes.length + offset).subarray(offset)
        view.set(bytes)
        expect(crc32c(view)).toBe(bitwise(bytes))
      }),
    )
  })

  it('continues from the checksum of the bytes before', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32c(b, crc32c(a))).toBe(crc32c(new Uint8Array([...a, ...b])))
      }),
    )
  })
})
