import { describe, expect, it } from 'vitest'
import { along } from '../../src/pixels/polyline.ts'

describe('along', () => {
  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 15],
    [5, 25],
    [7, 35],
    [9, 35],
  ])('is straight between the points, and ends with them: %d', (x, y) => {
    const points = [
      [1, 5],
      [3, 15],
      [7, 35],
    ] as const
    expect(along(points, x)).toBeCloseTo(y, 9)
  })
})
