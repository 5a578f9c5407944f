import { describe, expect, it } from 'vitest'
import { encodePlaceholder } from '../../../src/codec/placeholder/encode.ts'
import {
  type AddProduct,
  createWasmProduct,
  productOf,
  referenceProduct,
  transpose,
} from '../../../src/codec/placeholder/matrix.ts'
import { openPlaceholder } from '../../../src/codec/placeholder/model.ts'
import { kernelModule } from '../../kernels.ts'
import { generator, photo } from '../../pictures.ts'
import { modelBlob, modelTable } from './harness.ts'

const implementations: [string, AddProduct][] = [
  ['the reference', referenceProduct],
  ['WebAssembly', createWasmProduct(kernelModule())],
]

/** Random numbers of such different magnitudes that a sum depends on the order of its terms. */
function drawn(length: number, random: () => number): Float64Array {
  return Float64Array.from({ length }, () => (random() - 0.5) * 2 ** Math.floor(40 * random() - 20))
}

describe.each(implementations)('%s as an AddProduct', (_, product) => {
  it.each([
    [1, 1, 1],
    [2, 3, 8],
    [3, 17, 9],
    [16, 288, 40],
    [21, 28, 32],
    [1, 200, 128],
    [5, 40, 27],
    [2, 0, 11],
    [4, 6, 0],
  ])('adds the terms of each sum in order for n, k, m = %i, %i, %i', (n, k, m) => {
    const random = generator(n + k + m)
    const [a, b, c] = [drawn(n * k, random), drawn(k * m, random), drawn(n * m, random)]
    const expected = c.slice()
    for (let row = 0; row < n; row++) {
      for (let o = 0; o < m; o++) {
        for (let i = 0; i < k; i++) expected[row * m + o]! += a[row * k + i]! * b[i * m + o]!
      }
    }
    product(a, b, c, [n, k, m])
    expect(c).toEqual(expected)
  })

  it('accepts views and does not write outside them', () => {
    const memory = Float64Array.from({ length: 12 }, (_, i) => i)
    product(memory.subarray(0, 2), memory.subarray(2, 6), memory.subarray(8, 10), [1, 2, 2])
    expect([...memory]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8 + 4, 9 + 5, 10, 11])
  })

  it('throws INTERNAL for arrays of the wrong length', () => {
    const [six, four] = [new Float64Array(6), new Float64Array(4)]
    const failure = expect.objectContaining({ code: 'INTERNAL' })
    expect(() => product(four, six, four, [2, 3, 2])).toThrow(failure)
    expect(() => product(six, four, four, [2, 3, 2])).toThrow(failure)
    expect(() => product(six, six, six, [2, 3, 2])).toThrow(failure)
  })

  it('gives placeholders of the same bytes as the other implementations', () => {
    const model = openPlaceholder(modelTable(), modelBlob(), product)
    const codes = [photo(120, 80, 5), photo(50, 90, 6)].map((image) => encodePlaceholder(model, image, 2))
    const other = openPlaceholder(modelTable(), modelBlob())
    expect(codes).toEqual(
      [photo(120, 80, 5), photo(50, 90, 6)].map((image) => encodePlaceholder(other, image, 2)),
    )
  })
})

describe('productOf', () => {
  it('returns one instance per module, and the reference without kernels', () => {
    const kernels = kernelModule()
    expect(productOf({ kernels })).toBe(productOf({ kernels }))
    expect(productOf({ kernels })).not.toBe(referenceProduct)
    expect(productOf({})).toBe(referenceProduct)
  })
})

it('transpose swaps rows and columns', () => {
  expect([...transpose(Float64Array.of(1, 2, 3, 4, 5, 6), 2)]).toEqual([1, 4, 2, 5, 3, 6])
})
