import { describe, expect, it } from 'vitest'
import { MAX_TRIES, nextQuality, qualityAt, searchQualities } from '../../src/codec/quality-search.ts'
import type { Rung } from '../../src/format/ladder.ts'

const rungs = (...widths: number[]): Rung[] => widths.map((width) => ({ width, quality: 60 }))

/** A picture whose layers score by a curve of their quality, and a record of the ladders that were scored. */
function picture(curve: (quality: number, layer: number) => number) {
  const tries: Rung[][] = []
  const score = async (ladder: readonly Rung[]) => {
    tries.push([...ladder])
    return curve(ladder.at(-1)!.quality, ladder.length - 1)
  }
  return { tries, score }
}

describe('searchQualities', () => {
  it.each([40, 60, 75, 85])(
    'reaches score %i within 1 on easy and hard pictures in few tries per layer',
    async (target) => {
      for (const offset of [-12, 0, 9]) {
        const { tries, score } = picture(
          (quality, layer) => 30 + offset - layer + 12 * Math.log2(1 + quality / 4),
        )
        const { ladder, scores } = await searchQualities(rungs(320, 640, 1280), [0, 1, 2], target, score)
        for (const [layer, { quality }] of ladder.entries()) {
          if (quality < 100 && quality > 1) expect(Math.abs(scores[layer]! - target)).toBeLessThanOrEqual(1)
        }
        expect(tries.length).toBeLessThanOrEqual(9)
      }
    },
  )

  it('tries each layer above the chosen lower layers, at most five times', async () => {
    const { tries, score } = picture((quality) => (quality > 70 ? 90 : 20))
    const { ladder } = await searchQualities(rungs(320, 640), [0, 1], 75, score)
    for (const layer of [0, 1]) {
      const own = tries.filter(({ length }) => length === layer + 1)
      expect(own.length).toBeLessThanOrEqual(MAX_TRIES)
      for (const tried of own) expect(tried.slice(0, layer)).toEqual(ladder.slice(0, layer))
    }
  })

  it('does not change or measure layers with a given quality', async () => {
    const { score } = picture((quality) => 30 + quality / 2)
    const { ladder, scores } = await searchQualities(rungs(320, 640, 640), [1], 70, score)
    expect(ladder.map(({ quality }) => quality)).toEqual([60, expect.any(Number), 60])
    expect(scores[0]).toBeUndefined()
    expect(Math.abs(scores[1]! - 70)).toBeLessThanOrEqual(1)
    expect(scores[2]).toBeUndefined()
  })

  it('returns the best quality when none reaches the score', async () => {
    const { score } = picture((quality) => quality / 2)
    const { ladder, scores } = await searchQualities(rungs(320), [0], 90, score)
    expect(ladder).toEqual([{ width: 320, quality: 100 }])
    expect(scores).toEqual([50])
  })
})

describe('nextQuality', () => {
  it('is undefined when a try is within 1 of the target or the target lies between two neighbours', () => {
    expect(nextQuality([{ quality: 50, score: 74.2 }], 75)).toBeUndefined()
    const neighbours = [
      { quality: 50, score: 73 },
      { quality: 51, score: 77 },
    ]
    expect(nextQuality(neighbours, 75)).toBeUndefined()
  })

  it('follows the slope of the picture once there are two tries', () => {
    const flat = [
      { quality: 20, score: 44 },
      { quality: 26, score: 45.5 },
    ]
    expect(nextQuality(flat, 50)).toBe(44)
    const level = [
      { quality: 20, score: 44 },
      { quality: 26, score: 44 },
    ]
    expect(nextQuality(level, 50)).toBe(80)
  })

  it('lies strictly between a try below and a try above the target', () => {
    const around = [
      { quality: 20, score: 10 },
      { quality: 24, score: 76.1 },
    ]
    expect(nextQuality(around, 75)).toBe(23)
  })
})

describe('qualityAt', () => {
  it('rises with the score and stays from 1 to 100', () => {
    const scores = [0, 20, 43, 60, 75, 80, 87, 99]
    const qualities = scores.map(qualityAt)
    expect(qualities).toEqual([...qualities].sort((a, b) => a - b))
    expect([qualities[0], qualities.at(-1)]).toEqual([1, 100])
  })
})
