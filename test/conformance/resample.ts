import { beforeAll, describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import type { RgbImage } from '../../src/core/image.ts'
import { type CreateResampler, type ResampleOptions, resample } from '../../src/pixels/resample.ts'
import { RESAMPLE_FILTERS } from '../../src/pixels/resample-weights.ts'
import { checker, generator, noise, photo } from '../pictures.ts'

const SIZES = [1, 2, 3, 5, 6, 16, 17, 33, 60, 101]

/** What every CreateResampler owes: the bytes of the TypeScript reference, for every size and however rows arrive. */
export function resampleConformance(name: string, make: () => CreateResampler): void {
  describe(`${name} as a CreateResampler`, () => {
    let create: CreateResampler
    beforeAll(() => {
      create = make()
    })

    describe.each(RESAMPLE_FILTERS)('%s', (filter) => {
      it.each(SIZES)('gives the reference across, from width %i to any', (width) => {
        const image = noise(width, 3)
        for (const outWidth of SIZES) expectReference(create, image, outWidth, 3, filter)
      })

      it.each(SIZES)('gives the reference down, from height %i to any', (height) => {
        const image = noise(7, height)
        for (const outHeight of SIZES) expectReference(create, image, 7, outHeight, filter)
      })

      it('gives the reference at scales of any kind', () => {
        const random = generator(11)
        const size = () => 1 + Math.floor(random() ** 2 * 160)
        for (let i = 0; i < 60; i++) {
          expectReference(create, noise(size(), size(), i + 1), size(), size(), filter)
        }
      })

      it('gives the reference when the filter overshoots on both sides', () => {
        const image = checker(64, 48)
        for (const [width, height] of [
          [32, 24],
          [100, 75],
          [21, 16],
          [640, 3],
        ] as const) {
          expectReference(create, image, width, height, filter)
        }
      })
    })

    it('reduces a large picture to one pixel, and a long line to a short one', () => {
      expectReference(create, photo(700, 500), 1, 1, 'lanczos3')
      expectReference(create, noise(5000, 1), 9, 2, 'bicubic')
      expectReference(create, noise(1, 3000), 2, 9, 'lanczos3')
    })

    it('serves pictures that come row by row in turns, and forgets one that is left half-way', () => {
      const jobs = [
        job(create, photo(90, 70), { outWidth: 45, outHeight: 35 }, 1),
        job(create, noise(33, 120), { outWidth: 70, outHeight: 61 }, 7),
        job(create, noise(200, 40), { outWidth: 13, outHeight: 90, filter: 'bicubic' }, 3),
      ]
      const left = create({ width: 400, height: 100, outWidth: 300, outHeight: 80 })
      left.write(noise(400, 60).data)
      while (jobs.map((next) => next.step()).includes(true));
      for (const { done, expected } of jobs) expect(concat(done)).toEqual(expected)
      expectReference(create, noise(50, 50), 20, 20, 'lanczos3')
    })

    it('returns rows as early as possible, in a new buffer, and does not change the input', () => {
      const image = noise(40, 60)
      const before = image.data.slice()
      const ours = create({ width: 40, height: 60, outWidth: 20, outHeight: 30 })
      const rows: number[] = []
      const parts: Uint8Array[] = []
      for (let y = 0; y < 60; y += 4) {
        const ready = ours.write(image.data.subarray(120 * y, 120 * (y + 4)))
        rows.push((ready?.length ?? 0) / 60)
        if (ready) parts.push(ready)
      }
      // A row needs six rows on either side of its centre.
      expect(rows).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 5])
      expect(concat(parts)).toEqual(resample(image, 20, 30).data)
      expect(image.data).toEqual(before)
    })

    it('takes four channels, each as one of an RGB picture, however the rows arrive', () => {
      const random = generator(5)
      const size = () => 1 + Math.floor(random() ** 2 * 90)
      for (let i = 0; i < 40; i++) {
        const [width, height, outWidth, outHeight] = [size(), size(), size(), size()] as const
        const colour = noise(width, height, i + 1)
        const alpha = noise(width, height, i + 101)
        const pixels = withFourth(colour.data, alpha.data)
        const ours = create({ width, height, outWidth, outHeight, channels: 4 })
        const split = 4 * width * Math.floor(height / 3)
        const parts = [pixels.subarray(0, split), pixels.subarray(split)].map((rows) => ours.write(rows))
        const resized = [colour, alpha].map((image) => resample(image, outWidth, outHeight).data)
        const expected = withFourth(resized[0]!, resized[1]!)
        const where = `${width} x ${height} to ${outWidth} x ${outHeight}`
        expect(concat(parts.filter((part) => part !== undefined)), where).toEqual(expected)
      }
    })

    it('refuses parts of rows, too many rows and impossible sizes', () => {
      const internal = expect.objectContaining({ code: 'INTERNAL' })
      const sizes = { width: 4, height: 4, outWidth: 2, outHeight: 2 }
      expect(() => create(sizes).write(new Uint8Array(13))).toThrow(internal)
      expect(() => create(sizes).write(new Uint8Array(60))).toThrow(internal)
      const invalid = expect.objectContaining({ code: 'PARAM_INVALID' })
      for (const bad of [0, -1, 1.5, Number.NaN]) {
        expect(() => create({ ...sizes, outWidth: bad })).toThrow(invalid)
        expect(() => create({ ...sizes, height: bad })).toThrow(invalid)
      }
      expect(() => create({ ...sizes, filter: 'box' as 'bicubic' })).toThrow(invalid)
    })
  })
}

/** R, G and B of one picture, R of the other. */
function withFourth(rgb: Uint8Array, other: Uint8Array): Uint8Array {
  const out = new Uint8Array((rgb.length / 3) * 4)
  for (let i = 0; i < out.length; i++)
    out[i] = i % 4 < 3 ? rgb[3 * (i >> 2) + (i % 4)]! : other[3 * (i >> 2)]!
  return out
}

type To = Omit<ResampleOptions, 'width' | 'height'>

function expectReference(
  create: CreateResampler,
  image: RgbImage,
  outWidth: number,
  outHeight: number,
  filter: 'lanczos3' | 'bicubic',
): void {
  const { width, height, data } = image
  const ours = create({ width, height, outWidth, outHeight, filter }).write(data)
  const theirs = resample(image, outWidth, outHeight, filter).data
  const where = `${filter}, ${width} x ${height} to ${outWidth} x ${outHeight}`
  expect(ours?.length, where).toBe(theirs.length)
  expect(
    ours!.findIndex((value, i) => value !== theirs[i]),
    where,
  ).toBe(-1)
}

/** A picture that is resampled `rows` rows at a time. */
function job(create: CreateResampler, { width, height, data }: RgbImage, to: To, rows: number) {
  const resampler = create({ width, height, ...to })
  const done: Uint8Array[] = []
  let y = 0
  const step = (): boolean => {
    if (y >= height) return false
    const ready = resampler.write(data.subarray(3 * width * y, 3 * width * Math.min(height, y + rows)))
    y += rows
    if (ready) done.push(ready)
    return true
  }
  const image = { width, height, data }
  return { step, done, expected: resample(image, to.outWidth, to.outHeight, to.filter).data }
}
