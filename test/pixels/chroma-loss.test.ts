import { describe, expect, it } from 'vitest'
import { chromaLoss, needsFullChroma } from '../../src/pixels/chroma-loss.ts'
import { checker, gradient, noise, photo, text } from '../pictures.ts'

/** Lines of one pixel in one colour on another, over the middle of a grey picture. */
function lines(
  width: number,
  height: number,
  ink: readonly number[],
  paper: readonly number[],
  rows = height,
) {
  const data = new Uint8Array(3 * width * height).fill(128)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) data.set(x % 5 === 0 ? ink : paper, 3 * (y * width + x))
  }
  return { width, height, data }
}

describe('chromaLoss', () => {
  const loss = ({ width, height, data }: ReturnType<typeof photo>) => chromaLoss(data, 3, width, height)

  it('is the deviation within squares of 2 x 2 pixels', () => {
    // Columns of pure blue and black: Cb is 127.5 and 0.
    const data = Uint8Array.from({ length: 3 * 16 }, (_, i) => (i % 6 === 2 ? 255 : 0))
    expect(chromaLoss(data, 3, 4, 4)).toBeCloseTo(Math.hypot(127.5 / 2, (0.0813 * 255) / 2), 3)
  })

  it('is 0 without colour and where there is no square', () => {
    expect(loss(checker(40, 30))).toBeCloseTo(0, 3)
    for (const [width, height] of [
      [1, 1],
      [1, 9],
      [9, 1],
    ] as const) {
      expect(loss(noise(width, height))).toBe(0)
    }
  })

  it('is the same with and without alpha', () => {
    const { width, height, data } = photo(31, 17)
    const rgba = new Uint8Array(4 * width * height).fill(255)
    for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i)
    expect(chromaLoss(rgba, 4, width, height)).toBe(chromaLoss(data, 3, width, height))
  })
})

describe('needsFullChroma', () => {
  it.each([
    ['black text', text(200, 150), false],
    ['a gradient', gradient(200, 150), false],
    ['red lines on blue', lines(200, 150, [255, 32, 32], [32, 32, 192]), true],
    ['a few red lines on white in a grey picture', lines(200, 150, [200, 0, 0], [255, 255, 255], 12), true],
    ['dark lines on light paper', lines(200, 150, [30, 30, 30], [240, 235, 220]), false],
  ])('judges %s', (_, { width, height, data }, expected) => {
    expect(needsFullChroma(data, 3, width, height)).toBe(expected)
  })
})
