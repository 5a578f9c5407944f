import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlaceholder } from '../../../src/client/inline/decode.ts'
import { base64, code, goldenPixels } from './golden.ts'

/** Without the fourth channel. */
const rgb = (rgba: Uint8ClampedArray) => [...rgba].filter((_, i) => i % 4 < 3)

describe('decodePlaceholder', () => {
  it.each(goldenPixels)('decodes the first %d bytes to the pixels of the Python model', (length, pixels) => {
    const { width, height, rgba } = decodePlaceholder(code.subarray(0, length))
    expect([width, height, rgba.length]).toEqual([32, 32, 4096])
    const differences = rgb(rgba).map((value, i) => Math.abs(value - pixels[i]!))
    expect(Math.max(...differences)).toBeLessThanOrEqual(2)
    expect(rgba.filter((value, i) => i % 4 === 3 && value !== 255)).toHaveLength(0)
  })

  it('accepts base64, and ignores bytes after the 32nd', () => {
    const all = decodePlaceholder(code)
    expect(decodePlaceholder(base64)).toEqual(all)
    expect(decodePlaceholder(code.subarray(0, 32))).toEqual(all)
    expect(decodePlaceholder(code.subarray(0, 31))).not.toEqual(all)
  })

  it('decodes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), (bytes) => {
        expect(decodePlaceholder(bytes).rgba).toHaveLength(4096)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    [code.subarray(0, 15), 'placeholder: expected 16 bytes or more, got 15'],
    ['', 'placeholder: expected 16 bytes or more, got 0'],
    ['data:image/png;base64,AAAA', 'placeholder: expected base64, got "data:image/png;base6"'],
    ['AAAAA', 'placeholder: expected base64, got "AAAAA"'],
    [`${base64.slice(0, 30)}=A==`, 'placeholder: expected base64, got'],
  ])('refuses %j', (wrong, message) => {
    expect(() => decodePlaceholder(wrong)).toThrow(RangeError)
    expect(() => decodePlaceholder(wrong)).toThrow(message)
  })
})
