import { describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import { type RgbImage, rgbImage } from '../../src/core/image.ts'
import { createFramer, type FrameOptions } from '../../src/pixels/frame.ts'
import { createResampler, type ResampleOptions, resample } from '../../src/pixels/resample.ts'
import { gradient } from '../pictures.ts'

type Fit = FrameOptions['fit']
const RED = [200, 10, 20] as const

/** The same by definition: whole pictures, one step after the other. */
function reference(image: RgbImage, width: number, height: number, fit: Fit): RgbImage {
  if (fit === 'fill') return resample(image, width, height)
  if (fit === 'cover') {
    const scale = Math.max(width / image.width, height / image.height)
    const w = Math.min(image.width, Math.round(width / scale))
    const h = Math.min(image.height, Math.round(height / scale))
    const left = Math.floor((image.width - w) / 2)
    const top = Math.floor((image.height - h) / 2)
    return resample(
      copy(w, h, (x, y) => at(image, left + x, top + y)),
      width,
      height,
    )
  }
  const scale = Math.min(width / image.width, height / image.height)
  const w = Math.max(1, Math.min(width, Math.round(image.width * scale)))
  const h = Math.max(1, Math.min(height, Math.round(image.height * scale)))
  const inner = resample(image, w, h)
  const left = Math.floor((width - w) / 2)
  const top = Math.floor((height - h) / 2)
  const isInside = (x: number, y: number) => x >= left && x < left + w && y >= top && y < top + h
  return copy(width, height, (x, y) => (isInside(x, y) ? at(inner, x - left, y - top) : RED))
}

function at({ width, data }: RgbImage, x: number, y: number): readonly number[] {
  return [0, 1, 2].map((channel) => data[3 * (y * width + x) + channel] ?? 0)
}

function copy(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): RgbImage {
  const rows = Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width)))
  return rgbImage(width, height, Uint8Array.from(rows.flat()))
}

function frame(image: RgbImage, width: number, height: number, fit: Fit, rowsAtOnce: number): RgbImage {
  const framer = createFramer({ from: image, to: { width, height }, fit, background: RED })
  const parts: Uint8Array[] = []
  const step = 3 * image.width * rowsAtOnce
  for (let start = 0; start < image.data.length; start += step) {
    const ready = framer.write(image.data.subarray(start, start + step))
    if (ready) parts.push(ready)
  }
  return rgbImage(width, height, concat(parts))
}

describe('a frame', () => {
  const sizes = [
    [60, 40, 30, 20],
    [60, 40, 30, 30],
    [60, 40, 10, 40],
    [60, 40, 60, 5],
    [61, 37, 33, 32],
    [7, 90, 5, 20],
    [90, 7, 21, 6],
    [1, 1, 1, 1],
    [60, 40, 1, 1],
  ] as const

  for (const fit of ['fill', 'cover', 'pad'] as const) {
    it.each(sizes)(`${fit}: %ix%i becomes %ix%i, in whatever strips it comes`, (w, h, width, height) => {
      const image = gradient(w, h)
      const expected = reference(image, width, height, fit)
      for (const rowsAtOnce of [h, 1, 7])
        expect(frame(image, width, height, fit, rowsAtOnce)).toEqual(expected)
    })
  }

  it('may be padded beyond the picture, which then touches two sides', () => {
    const padded = frame(gradient(20, 10), 20, 30, 'pad', 4)
    expect(at(padded, 0, 9)).toEqual(RED)
    expect(at(padded, 0, 10)).not.toEqual(RED)
    expect(at(padded, 19, 19)).not.toEqual(RED)
    expect(at(padded, 19, 20)).toEqual(RED)
  })

  it.each(['fill', 'cover', 'pad'] as const)('%s: asks the resampler that it is given', (fit) => {
    const image = gradient(60, 40)
    const asked: ResampleOptions[] = []
    const framer = createFramer({
      ...{ from: image, to: { width: 30, height: 30 }, fit, background: RED },
      createResampler: (options) => {
        asked.push(options)
        return createResampler(options)
      },
    })
    expect(framer.write(image.data)).toEqual(frame(image, 30, 30, fit, 40).data)
    expect(asked).toEqual([
      expect.objectContaining({ outWidth: 30, outHeight: fit === 'pad' ? 20 : 30, height: 40 }),
    ])
  })
})
