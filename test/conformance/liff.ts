import { beforeAll, describe, expect, it } from 'vitest'
import {
  FEATURES,
  type LiffKernel,
  type LiffSource,
  liffReference,
  TAPS,
} from '../../src/codec/compass/kernels/liff.ts'
import { makeAxis } from '../../src/codec/compass/shared/axis.ts'
import { rowPitch } from '../../src/codec/compass/shared/row-window.ts'
import { generator } from '../pictures.ts'

const SIZES = [
  [1, 1],
  [1, 7],
  [2, 3],
  [3, 4],
  [5, 8],
  [8, 8],
  [9, 18],
  [16, 24],
  [21, 40],
  [40, 63],
  [64, 85],
] as const

/** Tests that a LiffKernel computes the samples of the TypeScript reference. */
export function liffConformance(name: string, make: () => LiffKernel | Promise<LiffKernel>): void {
  describe(`${name} as a LiffKernel`, () => {
    let kernel: LiffKernel
    beforeAll(async () => {
      kernel = await make()
    })

    const compare = (size: Size, range: Range, top: number, bottom: number, seed = 1): void => {
      const rows = makeAxis(size.height, size.toHeight)
      const columns = makeAxis(size.width, size.toWidth)
      const random = generator(seed)
      // Little more than the rows that the output rows [top, bottom) depend on: the kernel must not read others.
      const from = Math.max(rows.nearest[top]! - 2, 0)
      const to = Math.min(rows.nearest[bottom - 1]! + 3, size.height)
      const source = randomSource(size.width, from, to - from, range, random)
      const pairs = rows.offsets.length * columns.offsets.length
      const bank = randoms(pairs * 3 * TAPS, range.filter, random)
      const [a, b] = [0, 1].map(() => new Int16Array((bottom - top) * rowPitch(size.toWidth))) as [
        Int16Array,
        Int16Array,
      ]
      kernel(source, bank, rows, columns, top, bottom, a)
      liffReference(source, bank, rows, columns, top, bottom, b)
      expect(a.findIndex((v, i) => v !== b[i])).toBe(-1)
    }

    it.each(SIZES)('equals the reference when it scales %i to %i pixels in both directions', (from, to) => {
      for (const [width, toWidth] of SIZES) {
        compare({ width, toWidth, height: from, toHeight: to }, TYPICAL, 0, to)
      }
    })

    it('equals the reference for extreme samples, features and filters', () => {
      const size = { width: 19, toWidth: 30, height: 7, toHeight: 11 }
      for (let seed = 1; seed < 20; seed++) compare(size, EXTREME, 0, 11, seed)
    })

    it('equals the reference on a strip from the middle, given only the rows around it', () => {
      const size = { width: 33, toWidth: 50, height: 60, toHeight: 91 }
      for (const [top, bottom] of [
        [0, 1],
        [10, 30],
        [64, 91],
        [90, 91],
      ] as const)
        compare(size, TYPICAL, top, bottom)
    })

    it('serves a large picture after a small one, and a small one after a large one', () => {
      const small = { width: 4, toWidth: 8, height: 4, toHeight: 8 }
      const large = { width: 700, toWidth: 1400, height: 40, toHeight: 80 }
      for (const size of [small, large, small]) compare(size, TYPICAL, 0, size.toHeight)
    })

    it('does not change its input', () => {
      const axis = makeAxis(6, 9)
      const source = randomSource(6, 0, 6, TYPICAL, generator(3))
      const bank = randoms(axis.offsets.length ** 2 * 3 * TAPS, 300, generator(4))
      const before = [source.picture.slice(), source.features.slice(), bank.slice()]
      kernel(source, bank, axis, axis, 0, 9, new Int16Array(9 * rowPitch(9)))
      expect([source.picture, source.features, bank]).toEqual(before)
    })
  })
}

interface Size {
  readonly width: number
  readonly toWidth: number
  readonly height: number
  readonly toHeight: number
}

/** Largest magnitude of each kind of value. */
interface Range {
  readonly sample: number
  readonly feature: number
  readonly filter: number
}

const TYPICAL: Range = { sample: 16320, feature: 512, filter: 800 }
/** The limits that the definition of LIFF allows. */
const EXTREME: Range = { sample: 32767, feature: 2047, filter: 8191 }

function randomSource(
  width: number,
  top: number,
  rows: number,
  range: Range,
  random: () => number,
): LiffSource {
  const features = randoms(rows * (width + 2) * FEATURES, range.feature, random)
  return { top, rows, picture: randoms(rows * rowPitch(width), range.sample, random), features }
}

/** Random integers in [-limit, limit], a third of them at one of the limits. */
function randoms(length: number, limit: number, random: () => number): Int16Array {
  return Int16Array.from({ length }, () => {
    const value = 2 * random() - 1
    return random() < 0.33 ? Math.sign(value) * limit : Math.round(value * limit)
  })
}
