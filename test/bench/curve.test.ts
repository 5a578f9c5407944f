import { describe, expect, it } from 'vitest'
import { followCurve } from '../../src/bench/curve.ts'

/** A file of 100 * 2^i bytes scores 10 * i for setting i. */
const measure = async (setting: number) => ({ bytes: 100 * 2 ** setting, score: 10 * setting })
const settings = [1, 2, 3, 4, 5]

describe('followCurve', () => {
  it.each([0, 1, 2, 3, 4])('finds the bytes between two settings from settings[%i] on', async (start) => {
    const { bytes, points } = await followCurve(settings, start, 25, measure)
    expect(bytes).toBeCloseTo(100 * 2 ** 2.5)
    const seen = points.map(({ setting }) => setting)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen).toEqual(expect.arrayContaining([2, 3]))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('takes a point that has exactly the score', async () => {
    expect((await followCurve(settings, 2, 20, measure)).bytes).toBeCloseTo(400)
    expect((await followCurve(settings, 0, 20, measure)).bytes).toBeCloseTo(400)
  })

  it('reports the end of a curve that does not reach the score', async () => {
    expect(await followCurve(settings, 2, 51, measure)).toMatchObject({ bytes: null, best: 50 })
    expect(await followCurve(settings, 4, 51, measure)).toMatchObject({ bytes: null, best: 50 })
  })

  it('takes the smallest file when even that is better', async () => {
    expect((await followCurve(settings, 2, 5, measure)).bytes).toBe(200)
    expect((await followCurve(settings, 0, 5, measure)).bytes).toBe(200)
  })
})
