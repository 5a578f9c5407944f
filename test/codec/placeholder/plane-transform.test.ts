import { describe, expect, it } from 'vitest'
import { referenceProduct } from '../../../src/codec/placeholder/matrix.ts'
import { PlaneTransform } from '../../../src/codec/placeholder/plane-transform.ts'
import { generator } from '../../pictures.ts'

const random = generator(11)
const matrix = (rows: number) => Float64Array.from({ length: 32 * rows }, () => random() - 0.5)

/** The definition: full matrix products that include all zeros. */
function plainly(planes: Float64Array, rows: Float64Array, columns: Float64Array): number[] {
  const [high, wide] = [rows.length / 32, columns.length / 32]
  return Array.from({ length: 3 * high * wide }, (_, i) => {
    const [plane, y, x] = [Math.floor(i / (high * wide)), Math.floor(i / wide) % high, i % wide]
    let sum = 0
    for (let v = 0; v < 32; v++) {
      let line = 0
      for (let u = 0; u < 32; u++) line += rows[y * 32 + u]! * planes[plane * 1024 + u * 32 + v]!
      sum += line * columns[x * 32 + v]!
    }
    return sum
  })
}

describe('PlaneTransform', () => {
  it.each([
    ['a few places', Int32Array.of(5, 1024 + 33, 2, 3071, 32 * 7 + 2)],
    ['no place in a plane', Int32Array.of(0, 2048)],
    ['all places', Int32Array.from({ length: 3072 }, (_, i) => i)],
  ])('gives exactly the result of full matrix products with %s', (_, places) => {
    const [rows, columns] = [matrix(7), matrix(12)]
    const transform = new PlaneTransform(referenceProduct, places, rows, columns)
    for (let round = 0; round < 2; round++) {
      const numbers = Float64Array.from(places, () => random() - 0.5)
      const planes = new Float64Array(3072)
      for (const [i, place] of places.entries()) planes[place] = numbers[i]!
      expect([...transform.run(numbers)]).toEqual(plainly(planes, rows, columns))
    }
  })
})
