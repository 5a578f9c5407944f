import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { concat } from '../../../src/core/bytes.ts'
import { StoredPng } from '../../../src/pixels/png/stored.ts'
import { photo } from '../../pictures.ts'

/** @param cuts rows of each call */
function write(width: number, data: Uint8Array, cuts: readonly number[]): Uint8Array {
  const png = new StoredPng(
    width,
    cuts.reduce((sum, rows) => sum + rows, 0),
  )
  let at = 0
  for (const rows of cuts) {
    png.write(data.subarray(at, at + 3 * width * rows))
    at += 3 * width * rows
  }
  return concat(png.finish())
}

describe('a stored PNG', () => {
  it.each([
    ['one pixel', 1, [1]],
    ['rows of one call', 37, [23]],
    ['strips, of which the last is lower', 640, [256, 256, 41]],
    ['rows longer than a block', 30_000, [1, 2]],
  ])('of %s is read by libpng as it was written', async (_, width, cuts) => {
    const height = cuts.reduce((sum, rows) => sum + rows, 0)
    const { data } = photo(width, height)
    const read = await sharp(write(width, data, cuts))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(read.info).toMatchObject({ width, height, channels: 3 })
    expect(Buffer.compare(read.data, data)).toBe(0)
  })

  it('refuses too many rows and missing rows', () => {
    const png = new StoredPng(4, 2)
    expect(() => png.write(new Uint8Array(13))).toThrow(/whole rows of 12 bytes/)
    expect(() => png.write(new Uint8Array(36))).toThrow(/at most 2/)
    png.write(new Uint8Array(12))
    expect(() => png.finish()).toThrow(/1 rows are missing/)
  })
})
