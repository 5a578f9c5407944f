import { beforeAll, describe, expect, it } from 'vitest'
import {
  type CellKernel,
  type LatentRow,
  referenceCells,
} from '../../src/codec/compass/kernels/cell-kernel.ts'
import { rowPitch } from '../../src/codec/compass/shared/row-window.ts'
import { generator } from '../pictures.ts'

/** Tests that a CellKernel computes the integers of the TypeScript reference. */
export function cellConformance(name: string, make: () => CellKernel): void {
  describe(`${name} as a CellKernel`, () => {
    let kernel: CellKernel
    beforeAll(() => {
      kernel = make()
    })

    it.each([
      [8, 1, 1],
      [24, 7, 12],
      [96, 10, 20],
    ])(
      'makes the context of %i channels from rows of %i latents at %i columns',
      (channels, below, columns) => {
        const random = generator(channels)
        const row = (): LatentRow => ({
          values: integers(below * channels, 400, random),
          scaleIndexes: Uint8Array.from({ length: below * channels }, () => Math.floor(64 * random())),
        })
        const rows = [row(), undefined, row()]
        const nearest = Int32Array.from({ length: columns }, (_, x) => Math.floor((x * below) / columns))
        const pitch = 2 * channels * (columns + 2)
        const results = [kernel, referenceCells].map((either) => {
          const out = new Int16Array(rows.length * pitch).fill(-3)
          either.context(rows, nearest, channels, out, pitch)
          return out
        })
        expect(results[0]).toEqual(results[1])
        const x = columns - 1
        const from = nearest[x]! * channels
        const to = 2 * pitch + 2 * channels * x
        expect(results[0]![to]).toBe(Math.min(Math.abs(rows[2]!.values[from]!), 255))
        expect(results[0]![to + channels]).toBe(rows[2]!.scaleIndexes[from])
        expect([...results[0]!.subarray(pitch, 2 * pitch)]).toEqual(Array(pitch).fill(-3))
      },
    )

    it('dequantizes with rounding half up and within the limit', () => {
      const gains = Float64Array.of(0.5, -0.5, 1, 3, 1000, 1.25, 0, 1e9)
      const values = Int16Array.of(3, 3, -32768, 7, -40, 2, 9, 1)
      const expected = [2, -1, -16383, 21, -16383, 3, 0, 16383]
      expect([...kernel.dequantize([values, undefined], 8, gains, 16383)]).toEqual([
        ...expected,
        ...Array(8).fill(0),
      ])
    })

    it('dequantizes to the integers of the reference', () => {
      const random = generator(3)
      const gains = Float64Array.from({ length: 24 }, () => 20 * random())
      const rows = Array.from({ length: 9 }, () => integers(24 * 13, 32767, random))
      const expected = referenceCells.dequantize(rows, 24 * 13, gains, 16383)
      expect(kernel.dequantize(rows, 24 * 13, gains, 16383)).toEqual(expected)
    })

    it.each([1, 2, 5, 16, 33, 640])('converts rows of %i pixels to bytes', (width) => {
      const samples = Int16Array.from({ length: 5 * rowPitch(width) }, (_, i) => (i * 977) % 16321)
      const bytes = kernel.bytes(samples, width)
      expect(bytes).toEqual(referenceCells.bytes(samples, width))
      expect(bytes).toHaveLength(5 * 3 * width)
      const at = 4 * rowPitch(width) + 3 * width - 1
      expect(bytes.at(-1)).toBe(Math.round(samples[at]! / 64))
    })

    it('limits samples in place', () => {
      const samples = integers(1001, 32767, generator(4))
      const out = new Int16Array(1001)
      kernel.bound(samples, 16320, out)
      expect(out).toEqual(samples.map((sample) => Math.min(Math.max(sample, 0), 16320)))
    })
  })
}

/** Random integers in [-limit, limit], a third of them at one of the limits. */
export function integers(length: number, limit: number, random: () => number): Int16Array {
  return Int16Array.from({ length }, () => {
    const value = 2 * random() - 1
    return random() < 0.33 ? Math.sign(value) * limit : Math.round(value * limit)
  })
}
