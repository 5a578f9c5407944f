import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bdRate, type RdPoint, rateAt } from '../../../src/bench/rd/bd-rate.ts'
import { integrate, pchip } from '../../../src/bench/rd/pchip.ts'
import { curveAt, readAnchors } from '../../../src/bench/rd/rows.ts'

const ANCHORS = fileURLToPath(new URL('../../../../shared/data/rd/anchors.json', import.meta.url))

const curve: RdPoint[] = [
  { rate: 900, quality: 24.1 },
  { rate: 2500, quality: 28.3 },
  { rate: 7000, quality: 33.9 },
  { rate: 21000, quality: 40.2 },
]

/** Points of the straight line log2(rate) = quality / slope + offset. */
function line(qualities: readonly number[], slope: number, offset = 0): RdPoint[] {
  return qualities.map((quality) => ({ rate: 2 ** (quality / slope + offset), quality }))
}

describe('bdRate', () => {
  it('is zero for a curve against itself, in any order of points', () => {
    expect(bdRate(curve, curve)).toBeCloseTo(0, 12)
    expect(bdRate(curve, curve.toReversed())).toBeCloseTo(0, 12)
  })

  it('is -30 when every rate is 0.7 of the other', () => {
    const cheaper = curve.map(({ rate, quality }) => ({ rate: 0.7 * rate, quality }))
    expect(bdRate(curve, cheaper)).toBeCloseTo(-30, 10)
    expect(bdRate(cheaper, curve)).toBeCloseTo(100 / 0.7 - 100, 10)
  })

  it('equals the integral of straight lines over the common range, for any points on them', () => {
    // At quality q the rates are 2^(q/3) and 2^(q/3 - 1/2).
    expect(bdRate(line([20, 25, 30], 3), line([22, 24, 28, 35], 3, -0.5))).toBeCloseTo(
      100 * (2 ** -0.5 - 1),
      10,
    )
    // Slopes 3 and 4: the mean over 24..30 of q (1/4 - 1/3) is -27/12.
    expect(bdRate(line([20, 26, 30], 3), line([24, 27, 40], 4))).toBeCloseTo(100 * (2 ** (-27 / 12) - 1), 10)
  })

  it('counts only the given range of the scale', () => {
    // Equal at 20, twice the bytes at 40.
    const steeper = line([20, 30, 40], 10)
    const flatter = line([20, 30, 40], 20, 1)
    expect(bdRate(flatter, steeper)).toBeCloseTo(100 * (2 ** 0.5 - 1), 9)
    expect(bdRate(flatter, steeper, { from: 20, to: 30 })).toBeCloseTo(100 * (2 ** 0.25 - 1), 9)
    expect(bdRate(flatter, steeper, { from: 10, to: 50 })).toBeCloseTo(100 * (2 ** 0.5 - 1), 9)
    expect(bdRate(flatter, steeper, { from: 40, to: 50 })).toBeUndefined()
  })

  it('ignores points that cost more without a gain', () => {
    const wasteful = [...curve, { rate: 8000, quality: 33 }, { rate: 2500, quality: 28.2 }]
    expect(bdRate(curve, wasteful)).toBeCloseTo(0, 12)
  })

  it('is undefined without a common range or without two points', () => {
    expect(bdRate(curve, line([50, 60], 3))).toBeUndefined()
    expect(bdRate(curve, curve.slice(0, 1))).toBeUndefined()
    expect(bdRate([], curve)).toBeUndefined()
  })
})

describe('rateAt', () => {
  it('interpolates between the points, and is undefined elsewhere', () => {
    for (const { rate, quality } of curve) expect(rateAt(curve.toReversed(), quality)).toBeCloseTo(rate, 6)
    expect(rateAt(line([10, 20, 30], 5), 17)).toBeCloseTo(2 ** 3.4, 9)
    expect(rateAt(curve, 24)).toBeUndefined()
    expect(rateAt(curve, 40.3)).toBeUndefined()
    expect(rateAt(curve.slice(1, 2), 28.3)).toBeUndefined()
  })
})

describe('pchip', () => {
  it('keeps the shape: no overshoot beside a step, flat where the data turns', () => {
    const step = pchip([0, 1, 2, 3], [0, 0, 1, 1])
    expect(step.slopes).toEqual([0, 0, 0, 0])
    expect(integrate(step, 0, 1)).toBe(0)
    expect(integrate(step, 1, 2)).toBeCloseTo(0.5, 12)
    expect(pchip([0, 1, 2], [0, 1, 0]).slopes[1]).toBe(0)
  })

  it('integrates part of an interval', () => {
    const straight = pchip([0, 1, 4], [1, 3, 9])
    expect(integrate(straight, 0.5, 2)).toBeCloseTo(1.5 + (4 - 0.25), 12)
  })
})

describe.skipIf(!existsSync(ANCHORS))('the published ladders on Kodak', () => {
  it.each([
    ['webp', -27.1],
    ['avif420', -42.8],
    ['avif444p', -45.6],
    ['jxl', -16.5],
    ['j2k', -10.4],
  ])('%s against JPEG at full size is %f %%', async (codec, expected) => {
    const rows = (await readAnchors(ANCHORS)).filter(({ set }) => set === 'kodak')
    expect(bdRate(curveAt(rows, 'jpeg', 3), curveAt(rows, codec, 3))).toBeCloseTo(expected, 1)
  })
})
