import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlaceholder } from '../../../src/codec/placeholder/decode.ts'
import { fromHex } from '../../../src/core/bytes.ts'
import { golden, openModel } from './harness.ts'

const model = openModel()
const { code, steps } = golden()

describe('decodePlaceholder', () => {
  it.each(Object.keys(steps).map(Number))('decodes the picture of PyTorch after step %i', (step) => {
    const { data, width, height } = decodePlaceholder(model, fromHex(code).subarray(0, 16 * step))
    expect([width, height]).toEqual([32, 32])
    const differences = steps[step]!.map((value, i) => Math.abs(value - data[i]!))
    expect(Math.max(...differences)).toBeLessThanOrEqual(1)
    expect(differences.filter((d) => d > 0).length).toBeLessThan(10)
  })

  it('decodes any bits to the same picture every time and does not change its arguments', () => {
    const codes = fc
      .integer({ min: 1, max: 8 })
      .chain((n) => fc.uint8Array({ minLength: 16 * n, maxLength: 16 * n }))
    fc.assert(
      fc.property(codes, (bytes) => {
        const before = bytes.slice()
        const once = decodePlaceholder(model, bytes)
        expect(once.data).toHaveLength(3 * 32 * 32)
        expect(decodePlaceholder(openedAgain, bytes)).toEqual(once)
        expect(bytes).toEqual(before)
      }),
      { numRuns: 15 },
    )
  })

  it.each([0, 1, 15, 17, 144, 1600])('refuses %i bytes', (length) => {
    expect(() => decodePlaceholder(model, new Uint8Array(length))).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        message: `placeholder: expected 16 bytes for each of 1 to 8 steps, got ${length}`,
      }),
    )
  })
})

const openedAgain = openModel()
