import { expect, it } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { crc32c } from '../../src/core/crc32c.ts'
import { sha256 } from '../../src/core/hash.ts'

const abc = new TextEncoder().encode('abc')

it('computes the published SHA-256 in workerd (FIPS 180-2, appendix B.1)', async () => {
  expect(hex(await sha256(abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

it('computes the published CRC-32C in workerd', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
})
