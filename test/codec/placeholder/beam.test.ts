import { describe, expect, it } from 'vitest'
import { beamSearch } from '../../../src/codec/placeholder/beam.ts'
import { generator } from '../../pictures.ts'

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

/** Random codewords, each shorter than the one before, and a residual. */
function drawn(count: number, size: number, seed: number) {
  const random = generator(seed)
  const vector = (scale: number) =>
    Float64Array.from({ length: size }, () => scale * (random() + random() + random() - 1.5))
  return { words: Array.from({ length: count }, (_, j) => vector(2 ** -(j / 12))), residual: vector(3) }
}

function errorOf(words: readonly Float64Array[], residual: Float64Array, bits: ArrayLike<number>): number {
  const left = residual.slice()
  for (const [j, word] of words.entries())
    for (const [i, value] of word.entries()) left[i]! -= bits[j]! * value
  return dot(left, left)
}

function search(words: readonly Float64Array[], residual: Float64Array): Int8Array {
  const products = words.map((a) => Float64Array.from(words, (b) => dot(a, b)))
  return beamSearch(
    products,
    Float64Array.from(words, (word) => dot(word, residual)),
  )
}

describe('beamSearch', () => {
  it.each([1, 2, 3, 4, 5])('finds the best of all signs of a few codewords (seed %i)', (seed) => {
    const { words, residual } = drawn(10, 12, seed)
    const all = Array.from({ length: 1024 }, (_, code) =>
      errorOf(
        words,
        residual,
        words.map((_, j) => ((code >> j) & 1 ? 1 : -1)),
      ),
    )
    const found = errorOf(words, residual, search(words, residual))
    expect(found).toBeLessThanOrEqual(Math.min(...all) * (1 + 1e-9))
  })

  it('ends with a much lower error than independent signs, and no flip of one bit lowers it', () => {
    const { words, residual } = drawn(64, 40, 9)
    const bits = search(words, residual)
    const found = errorOf(words, residual, bits)
    const atOnce = words.map((word) => Math.sign(dot(word, residual)))
    expect(found).toBeLessThan(0.5 * errorOf(words, residual, atOnce))
    for (const j of words.keys()) {
      const other = bits.slice()
      other[j]! *= -1
      expect(errorOf(words, residual, other)).toBeGreaterThan(found - 1e-6)
    }
  })

  it('does not change its arguments', () => {
    const { words, residual } = drawn(8, 9, 3)
    const products = words.map((a) => Float64Array.from(words, (b) => dot(a, b)))
    const slopes = Float64Array.from(words, (word) => dot(word, residual))
    const before = [...products.map((row) => row.slice()), slopes.slice()]
    beamSearch(products, slopes)
    expect([...products, slopes]).toEqual(before)
  })
})
