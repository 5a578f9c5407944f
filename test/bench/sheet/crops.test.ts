import { describe, expect, it } from 'vitest'
import { chooseCrops, cut, enlarge } from '../../../src/bench/sheet/crops.ts'
import type { RgbImage } from '../../../src/core/image.ts'

const SIZE = { width: 160, height: 120 } as const

describe('chooseCrops', () => {
  it('chooses our largest error, and the largest variance elsewhere', () => {
    const original = plain(400, 300)
    stripes(original, { left: 200, top: 120, ...SIZE })
    const ours = { ...original, data: original.data.slice() }
    fill(ours, { left: 0, top: 0, width: 30, height: 30 }, 90)
    expect(chooseCrops(original, ours)).toEqual([
      { left: 0, top: 0, ...SIZE, reason: 'error' },
      { left: 200, top: 120, ...SIZE, reason: 'variance' },
    ])
  })

  it('reaches the right and the lower edge, wherever they are', () => {
    const original = plain(403, 307)
    const ours = { ...original, data: original.data.slice() }
    fill(ours, { left: 402, top: 306, width: 1, height: 1 }, 255)
    expect(chooseCrops(original, ours)[0]).toEqual({ left: 243, top: 187, ...SIZE, reason: 'error' })
  })

  it('shows no part twice, even where error and variance are largest in one place', () => {
    const original = plain(400, 300)
    stripes(original, { left: 80, top: 60, ...SIZE })
    const [error, variance] = chooseCrops(original, plain(400, 300))
    expect(error).toEqual({ left: 80, top: 60, ...SIZE, reason: 'error' })
    const apart = Math.abs(variance!.left - 80) >= 160 || Math.abs(variance!.top - 60) >= 120
    expect([variance!.reason, apart]).toEqual(['variance', true])
  })

  it('does not count a bright plane as variance', () => {
    const original = plain(400, 120)
    fill(original, { left: 160, top: 0, ...SIZE }, 255)
    const ours = { ...original, data: original.data.slice() }
    fill(ours, { left: 0, top: 0, width: 9, height: 9 }, 255)
    // The plane lies wholly within 160 to 320; its right edge is what varies.
    expect(chooseCrops(original, ours)[1]).toMatchObject({ left: 240, top: 0 })
  })

  it('shows small pictures completely, once', () => {
    expect(chooseCrops(plain(90, 60), plain(90, 60))).toEqual([
      { left: 0, top: 0, width: 90, height: 60, reason: 'error' },
    ])
    expect(chooseCrops(plain(1, 1), plain(1, 1))).toHaveLength(1)
  })
})

describe('cut and enlarge', () => {
  const image: RgbImage = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) }

  it('cut the rectangle out', () => {
    const part = cut(image, { left: 1, top: 0, width: 2, height: 2 })
    expect(part).toEqual({
      width: 2,
      height: 2,
      data: Uint8Array.of(3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17),
    })
  })

  it('repeat each pixel and make no new values', () => {
    const large = enlarge(image, 2)
    expect([large.width, large.height]).toEqual([6, 4])
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 6; x++) {
        const [to, from] = [3 * (6 * y + x), 3 * (3 * (y >> 1) + (x >> 1))]
        expect(large.data.subarray(to, to + 3)).toEqual(image.data.subarray(from, from + 3))
      }
    }
  })
})

function plain(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(100) }
}

interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function fill(image: RgbImage, { left, top, width, height }: Rectangle, value: number): void {
  for (let y = top; y < top + height; y++) {
    const start = 3 * (y * image.width + left)
    image.data.fill(value, start, start + 3 * width)
  }
}

/** Black and white columns. */
function stripes(image: RgbImage, area: Rectangle): void {
  for (let x = 0; x < area.width; x++) {
    fill(image, { ...area, left: area.left + x, width: 1 }, x % 2 === 0 ? 0 : 255)
  }
}
