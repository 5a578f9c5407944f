import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpack } from '../../src/client/decode/unpack.ts'

describe('unpack', () => {
  it('joins low and high bytes, and decodes signs', async () => {
    // 0, -1, 1, 300, -32768, 32767 as 0, 1, 2, 600, 65535, 65534
    const planes = Uint8Array.of(0, 1, 2, 0x58, 0xff, 0xfe, 0, 0, 0, 0x02, 0xff, 0xff)
    const bytes = await unpack(new Uint8Array(gzipSync(planes)))
    expect([...new Int16Array(bytes.buffer)]).toEqual([0, -1, 1, 300, -32768, 32767])
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['no gzip', new Uint8Array(40)],
    ['half a file', new Uint8Array(gzipSync(new Uint8Array(999))).subarray(0, 12)],
  ])('refuses %s', async (_, bytes) => {
    await expect(unpack(bytes)).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })
})
