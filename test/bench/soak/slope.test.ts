import { describe, expect, it } from 'vitest'
import { randomOf } from '../../../src/bench/random.ts'
import { slopeOf } from '../../../src/bench/soak/slope.ts'

const points = (count: number, y: (x: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ x: i / 10, y: y(i / 10) }))

describe('the slope of memory', () => {
  it('is that of a straight line, with an error of 0', () => {
    const line = slopeOf(points(40, (x) => 120 + 7 * x))
    expect(line?.slope).toBeCloseTo(7)
    expect(line?.error).toBeCloseTo(0)
  })

  it('is within its error when memory only oscillates', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomOf(seed)
      const noise = slopeOf(points(200, () => 100 + 20 * random.unit()))!
      expect(Math.abs(noise.slope)).toBeLessThan(4 * noise.error)
    }
  })

  it('has a larger error when samples are correlated', () => {
    const random = randomOf(3)
    const steps = points(200, () => random.unit())
    const held = steps.map(({ x }, i) => ({ x, y: steps[i - (i % 10)]!.y }))
    expect(slopeOf(held)!.error).toBeGreaterThan(2 * slopeOf(steps)!.error)
  })

  it('is undefined for a few points', () => {
    expect(slopeOf(points(7, (x) => x))).toBeUndefined()
    expect(slopeOf(Array.from({ length: 20 }, () => ({ x: 1, y: 2 })))).toBeUndefined()
  })
})
