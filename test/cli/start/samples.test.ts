import { describe, expect, it } from 'vitest'
import { inked } from '../../../src/cli/start/glyphs.ts'
import { hills, julia, paint, SAMPLES, testCard } from '../../../src/cli/start/samples.ts'

describe('samples', () => {
  it('have ids that an image may have', () => {
    for (const { id } of SAMPLES) expect(id).toMatch(/^[\w-]{1,128}$/)
  })

  it.each([
    ['test card', testCard],
    ['hills', hills],
    ['julia', julia],
  ])('%s is the same every time and not flat', (_, make) => {
    const image = paint(160, 107, make(160, 107))
    expect(image).toEqual(paint(160, 107, make(160, 107)))
    const mean = image.data.reduce((sum, value) => sum + value, 0) / image.data.length
    const deviation = Math.sqrt(
      image.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / image.data.length,
    )
    expect(deviation).toBeGreaterThan(25)
    expect(mean).toBeGreaterThan(50)
    expect(mean).toBeLessThan(205)
  })

  it('draw letters', () => {
    const draw = (text: string) =>
      Array.from({ length: 7 }, (_, y) =>
        Array.from({ length: 5 }, (_, x) => (inked(text, x, y) ? '#' : '.')).join(''),
      )
    expect(draw('A')).toEqual(['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'])
    expect(draw('4')).toEqual(['...#.', '..##.', '.#.#.', '#..#.', '#####', '...#.', '...#.'])
    expect(inked('A', 5, 3) || inked('A', 99, 3) || inked('?', 0, 0)).toBe(false)
  })
})
