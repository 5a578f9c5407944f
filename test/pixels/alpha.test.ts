import { describe, expect, it } from 'vitest'
import { flatten, premultiply, unpremultiply } from '../../src/pixels/alpha.ts'

const EVERY = Array.from({ length: 256 * 256 }, (_, i) => [i & 255, i >> 8] as const)
const rgba = Uint8Array.from(EVERY.flatMap(([value, alpha]) => [value, 255 - value, 7, alpha]))

describe('alpha', () => {
  it('premultiplies every value with every alpha, rounded', () => {
    const out = rgba.slice()
    premultiply(out)
    const expected = EVERY.map(([value, alpha]) => Math.round((value * alpha) / 255))
    expect([...out.filter((_, i) => i % 4 === 0)]).toEqual(expected)
    expect(out.filter((_, i) => i % 4 === 3)).toEqual(rgba.filter((_, i) => i % 4 === 3))
  })

  it('reverses premultiplication, up to what is visible on any background', () => {
    const out = rgba.slice()
    premultiply(out)
    unpremultiply(out)
    for (const background of [
      [0, 0, 0],
      [255, 255, 255],
      [20, 200, 90],
    ] as const) {
      const [before, after] = [flatten(rgba, background), flatten(out, background)]
      expect(before.filter((value, i) => Math.abs(value - after[i]!) > 1)).toHaveLength(0)
    }
  })

  it('composites over a background: transparent pixels show it, opaque pixels hide it', () => {
    const pixels = Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 10, 20, 30, 128)
    expect([...flatten(pixels, [200, 0, 100])]).toEqual([10, 20, 30, 200, 0, 100, 105, 10, 65])
  })
})
