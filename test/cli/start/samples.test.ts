import { describe, expect, it } from 'vitest'
import { SAMPLES } from '../../../src/cli/start/samples.ts'
import { lake } from '../../../src/cli/start/scenes/lake.ts'
import { pebbles } from '../../../src/cli/start/scenes/pebbles.ts'
import { wall } from '../../../src/cli/start/scenes/wall.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { inked } from '../../../src/pixels/glyphs.ts'

describe('samples', () => {
  it('have valid image ids', () => {
    for (const { id } of SAMPLES) expect(id).toMatch(/^[\w-]{1,128}$/)
  })

  it.each([
    ['wall', wall],
    ['lake', lake],
    ['pebbles', pebbles],
  ] as const)(
    '%s is the same every time, has light and dark parts, and fine detail',
    { timeout: 120_000 },
    (_, make) => {
      const image = make(120, 80)
      expect(image).toMatchObject({ width: 120, height: 80 })
      expect(image).toEqual(make(120, 80))
      const { mean, deviation, detail } = statistics(image)
      expect(deviation).toBeGreaterThan(25)
      expect(mean).toBeGreaterThan(50)
      expect(mean).toBeLessThan(205)
      expect(detail).toBeGreaterThan(2)
    },
  )

  it('letter glyphs are 5 pixels wide and 7 high', () => {
    const draw = (text: string) =>
      Array.from({ length: 7 }, (_, y) =>
        Array.from({ length: 5 }, (_, x) => (inked(text, x, y) ? '#' : '.')).join(''),
      )
    expect(draw('A')).toEqual(['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'])
    expect(draw('4')).toEqual(['...#.', '..##.', '.#.#.', '#..#.', '#####', '...#.', '...#.'])
    expect(inked('A', 5, 3) || inked('A', 99, 3) || inked('?', 0, 0)).toBe(false)
  })
})

/** Mean and standard deviation of all values, and the mean difference of neighbours in a row. */
function statistics({ data }: RgbImage): { mean: number; deviation: number; detail: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length
  const steps = data.subarray(3).reduce((sum, value, i) => sum + Math.abs(value - data[i]!), 0)
  return { mean, deviation: Math.sqrt(variance), detail: steps / data.length }
}
