import { describe, expect, it } from 'vitest'
import { CUBIC_BITS, makeAxis } from '../../../../src/codec/compass/shared/axis.ts'

describe('makeAxis', () => {
  it.each([
    [2, [-0.25, 0.25]],
    [1, [0]],
    [4, [-0.375, -0.125, 0.125, 0.375]],
  ])('computes exact offsets for factor %d', (factor, offsets) => {
    expect(makeAxis(64, 64 * factor).offsets).toEqual(offsets)
  })

  it('repeats three phases at factor 3/2 and four at factor 4/3', () => {
    expect(makeAxis(512, 768).offsets).toHaveLength(3)
    expect(makeAxis(960, 1280).offsets).toHaveLength(4)
  })

  it('quantizes the offsets of other factors to 1/16 pixel', () => {
    const axis = makeAxis(213, 427)
    expect(axis.offsets).toHaveLength(16)
    for (let i = 0; i < axis.target; i++) {
      const exact = ((i + 0.5) * 213) / 427 - 0.5
      const position = (axis.nearest[i] ?? 0) + (axis.offsets[axis.phase[i] ?? 0] ?? 0)
      expect(Math.abs(position - exact)).toBeLessThanOrEqual(1 / 32 + 1e-12)
    }
  })

  it.each([
    [1, 1],
    [1, 5],
    [3, 4],
    [7, 50],
    [640, 1280],
    [1366, 1920],
    [65535, 65535],
  ])('keeps nearest pixels inside the source from %d to %d pixels', (source, target) => {
    const axis = makeAxis(source, target)
    for (let i = 0; i < target; i++) {
      const nearest = axis.nearest[i] ?? -1
      expect(nearest >= 0 && nearest < source).toBe(true)
      expect((axis.phase[i] ?? 99) < axis.offsets.length).toBe(true)
    }
  })

  it('has bicubic weights that sum to one', () => {
    for (const [source, target] of [
      [100, 200],
      [100, 150],
      [213, 427],
    ] as const) {
      const { cubicWeights } = makeAxis(source, target)
      for (let p = 0; p < cubicWeights.length; p += 4) {
        const sum = cubicWeights.subarray(p, p + 4).reduce((a, b) => a + b, 0)
        expect(sum).toBe(2 ** CUBIC_BITS)
      }
    }
  })
})
