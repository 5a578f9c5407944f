import { describe, expect, it } from 'vitest'
import { modelQuality } from '../../../src/codec/hyperthumbnail/settings.ts'

const ALL = Array.from({ length: 100 }, (_, i) => i + 1)

describe.each([2, 4])('modelQuality at factor %d', (factor) => {
  it('gives integers from 1 to 100 that never fall', () => {
    const own = ALL.map((quality) => modelQuality(factor, quality))
    expect(own.every((quality) => Number.isInteger(quality))).toBe(true)
    expect(own).toEqual(own.toSorted((a, b) => a - b))
    expect([own[0], own.at(-1)]).toEqual([1, 100])
  })

  it("is below JPEG's scale for thumbnails that hide detail", () => {
    for (const quality of [50, 75, 90]) expect(modelQuality(factor, quality)).toBeLessThan(quality)
  })
})
