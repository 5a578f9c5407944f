import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, dataView, fromHex, hex } from '../../src/core/bytes.ts'
import { StrataError } from '../../src/core/errors.ts'

describe('dataView', () => {
  it('covers exactly the bytes of the view, not its whole buffer', () => {
    const view = dataView(Uint8Array.of(1, 2, 3, 4, 5).subarray(2, 4))
    expect(view.byteLength).toBe(2)
    expect(view.getUint16(0)).toBe(0x0304)
  })
})

describe('hex and fromHex', () => {
  it('round-trip any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(hex(bytes))).toEqual(bytes)
      }),
    )
  })

  it('write two lower-case digits a byte and read upper case too', () => {
    expect(hex(Uint8Array.of(0, 10, 255))).toBe('000aff')
    expect(fromHex('000AFF')).toEqual(Uint8Array.of(0, 10, 255))
  })

  it.each(['0', 'zz', '0x10', ' 1'])('refuse %j', (text) => {
    expect(() => fromHex(text)).toThrow(StrataError)
  })
})

describe('concat', () => {
  it('joins views into a new array and does not change them', () => {
    const a = Uint8Array.of(9, 1, 2).subarray(1)
    const joined = concat([a, new Uint8Array(0), Uint8Array.of(3)])
    joined[0] = 7
    expect([...joined]).toEqual([7, 2, 3])
    expect([...a]).toEqual([1, 2])
  })
})
