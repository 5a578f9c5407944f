import { describe, expect, it } from 'vitest'
import { bicubicUpscaler } from '../../../src/codec/hyperthumbnail/upscale.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { photo } from '../../pictures.ts'

describe('bicubicUpscaler', () => {
  it.each([
    [1, 1],
    [2, 3],
    [5, 9],
    [9, 5],
    [40, 23],
  ])('equals resample at %i x %i pixels', (width, height) => {
    // The picture has low contrast, so that resample clamps nothing between its two passes.
    const image = { width, height, data: photo(width, height).data.map((value) => 64 + (value >> 1)) }
    for (const factor of [2, 4]) {
      const expected = resample(image, factor * width, factor * height, 'bicubic')
      const upscaler = bicubicUpscaler(width, height, factor)
      const samples = Int16Array.from(image.data)
      const row = new Float32Array(3 * factor * width)
      for (let y = 0; y < factor * height; y++) {
        upscaler.row(y, (line) => samples.subarray(3 * width * line, 3 * width * (line + 1)), row)
        row.forEach((value, i) => {
          // resample rounds after each of its two passes.
          expect(Math.abs(value - expected.data[y * row.length + i]!)).toBeLessThanOrEqual(1.3)
        })
      }
    }
  })
})
