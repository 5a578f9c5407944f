import { describe, expect, it } from 'vitest'
import { boxOf } from '../../../src/codec/placeholder/box.ts'
import { decodePlaceholder } from '../../../src/codec/placeholder/decode.ts'
import { encodePlaceholder } from '../../../src/codec/placeholder/encode.ts'
import { type RgbImage, rgbImage } from '../../../src/core/image.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { photo, psnr } from '../../pictures.ts'
import { golden, openModel } from './harness.ts'

const model = openModel()

function flat(width: number, height: number, colour: readonly [number, number, number]): RgbImage {
  return rgbImage(
    width,
    height,
    Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3]!),
  )
}

/** PSNR of a code in the picture's 32-pixel box, as placeholders are measured. */
function quality(image: RgbImage, code: Uint8Array): number {
  const { width, height } = boxOf(image)
  return psnr(resample(decodePlaceholder(model, code), width, height), resample(image, width, height))
}

/** PSNR of the picture's mean colour, measured in the same way. */
function qualityOfMean(image: RgbImage): number {
  const { width, height } = boxOf(image)
  const box = resample(image, width, height)
  const mean = [...resample(box, 1, 1).data] as [number, number, number]
  return psnr(flat(width, height, mean), box)
}

describe('encodePlaceholder', () => {
  it('returns 48 bytes by default, the same every time', () => {
    const image = photo(96, 64)
    const code = encodePlaceholder(model, image)
    expect(code).toHaveLength(48)
    expect(encodePlaceholder(model, image)).toEqual(code)
  })

  it('is progressive: the code of each step starts with the one before and lowers the error', () => {
    const image = photo(120, 80, 7)
    const code = encodePlaceholder(model, image, 8)
    expect(code.subarray(0, 32)).toEqual(encodePlaceholder(model, image, 2))
    const steps = Array.from({ length: 8 }, (_, i) => quality(image, code.subarray(0, 16 * (i + 1))))
    for (const [i, value] of steps.entries()) expect(value).toBeGreaterThan(steps[i - 1] ?? 12)
  })

  it('reaches the PSNR of the search in PyTorch', () => {
    const { picture, code } = golden()
    const image = rgbImage(32, 32, Uint8Array.from(picture))
    const theirs = quality(image, Uint8Array.from(Buffer.from(code, 'hex')))
    expect(quality(image, encodePlaceholder(model, image, 8))).toBeGreaterThan(theirs - 0.2)
  })

  it('finds a code that hardly any flip of one bit improves', () => {
    const image = photo(60, 90, 3)
    const code = encodePlaceholder(model, image, 1)
    const best = quality(image, code)
    for (let bit = 0; bit < 128; bit += 5) {
      const other = code.slice()
      other[bit >> 3]! ^= 128 >> (bit & 7)
      expect(quality(image, other)).toBeLessThan(best + 0.1)
    }
  })

  it.each([
    [1, 1],
    [7, 5],
    [2, 4000],
    [4000, 2],
  ])('encodes a picture of %i x %i pixels', (width, height) => {
    const image = photo(width, height)
    expect(quality(image, encodePlaceholder(model, image, 2))).toBeGreaterThan(
      Math.min(20, qualityOfMean(image)),
    )
  })

  it.each([
    ['black', [0, 0, 0]],
    ['white', [255, 255, 255]],
    ['grey', [127, 128, 129]],
    ['red', [230, 20, 30]],
  ] as const)('finds %s', (_, colour) => {
    const image = flat(50, 30, colour)
    expect(quality(image, encodePlaceholder(model, image, 2))).toBeGreaterThan(20)
  })

  it.each([0, 9, 1.5, Number.NaN, -1])('refuses %d steps', (steps) => {
    expect(() => encodePlaceholder(model, flat(4, 4, [0, 0, 0]), steps)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID' }),
    )
  })
})

describe('boxOf', () => {
  it.each([
    [768, 512, { width: 32, height: 21 }],
    [512, 768, { width: 21, height: 32 }],
    [1, 1, { width: 32, height: 32 }],
    [2, 4000, { width: 1, height: 32 }],
  ])('of a picture of %i x %i pixels is %j', (width, height, box) => {
    expect(boxOf({ width, height })).toEqual(box)
  })
})
