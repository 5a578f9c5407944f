import { describe, expect, it } from 'vitest'
import { rgbImage } from '../../src/core/image.ts'

describe('rgbImage', () => {
  it('does not copy the buffer', () => {
    const data = new Uint8Array(18)
    expect(rgbImage(3, 2, data)).toEqual({ width: 3, height: 2, data })
    expect(rgbImage(3, 2, data).data).toBe(data)
  })

  it('throws INTERNAL for a buffer of the wrong length', () => {
    expect(() => rgbImage(3, 2, new Uint8Array(24))).toThrow('expected 3*3*2 bytes, got 24')
  })
})
