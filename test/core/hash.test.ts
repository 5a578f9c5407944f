import { expect, it } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { sha256 } from '../../src/core/hash.ts'

it('sha256 gives the published value (FIPS 180-2, appendix B.1) and honours the view', async () => {
  const bytes = new TextEncoder().encode('xabcx').subarray(1, 4)
  expect(hex(await sha256(bytes))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
