import { describe, expect, it } from 'vitest'
import { decodePlaceholder } from '../../../src/client/inline/decode.ts'
import { placeholderUrl } from '../../../src/client/inline/url.ts'
import { base64, code } from './golden.ts'

const PREFIX = 'data:image/bmp;base64,'

/** Size and interleaved R, G, B of a BMP with 24 bits a pixel and rows from top to bottom. */
function read(url: string) {
  expect(url.startsWith(PREFIX)).toBe(true)
  const file = Buffer.from(url.slice(PREFIX.length), 'base64')
  expect([file.toString('latin1', 0, 2), file.readUInt32LE(2)]).toEqual(['BM', file.length])
  expect([file.readUInt32LE(14), file.readUInt16LE(26), file.readUInt16LE(28)]).toEqual([40, 1, 24])
  const [width, height, start] = [file.readInt32LE(18), -file.readInt32LE(22), file.readUInt32LE(10)]
  const rowBytes = Math.ceil((24 * width) / 32) * 4
  expect(file.length).toBe(start + rowBytes * height)
  const at = (i: number) => start + Math.floor(i / width) * rowBytes + 3 * (i % width)
  const pixels = Array.from({ length: width * height }, (_, i) =>
    [...file.subarray(at(i), at(i) + 3)].reverse(),
  )
  return { width, height, pixels }
}

describe('placeholderUrl', () => {
  it('is the decoded picture', () => {
    const { width, height, pixels } = read(placeholderUrl(base64))
    const { rgba } = decodePlaceholder(code)
    expect([width, height]).toEqual([32, 32])
    expect(pixels).toEqual(pixels.map((_, i) => [...rgba.subarray(4 * i, 4 * i + 3)]))
  })

  it.each([
    [1.5, 32, 21],
    [2 / 3, 21, 32],
    [16 / 9, 32, 18],
    [1000, 32, 1],
  ])('has the aspect ratio %f', (aspect, width, height) => {
    const shown = read(placeholderUrl(code, aspect))
    expect([shown.width, shown.height]).toEqual([width, height])
    const mean = (pixels: number[][]) =>
      pixels.flat().reduce((sum, value) => sum + value) / (3 * pixels.length)
    // What is resized keeps its brightness.
    expect(Math.abs(mean(shown.pixels) - mean(read(placeholderUrl(code)).pixels))).toBeLessThan(3)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the aspect ratio %d', (aspect) => {
    expect(() => placeholderUrl(code, aspect)).toThrow(`aspect: expected a positive number, got ${aspect}`)
  })
})
