import { describe, expect, it } from 'vitest'
import { huffmanCodes, optimalHuffman } from '../../../src/pixels/jpeg/huffman.ts'
import { STANDARD_HUFFMAN } from '../../../src/pixels/jpeg/tables.ts'
import { generator } from '../../pictures.ts'

/** A histogram with these counts of luma DC symbols, and one symbol in each other table. */
function histogramOf(counts: readonly number[]): Uint32Array {
  const histogram = new Uint32Array(1024)
  histogram.set(counts)
  for (const table of [1, 2, 3]) histogram[table << 8] = 1
  return histogram
}

function kraft(counts: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + count * 2 ** -(i + 1), 0)
}

describe('Huffman tables', () => {
  it('of the standard have 12 and 162 symbols and do not use the code of all ones', () => {
    expect(STANDARD_HUFFMAN.map(({ symbols }) => new Set(symbols).size)).toEqual([12, 162, 12, 162])
    for (const { counts, symbols } of STANDARD_HUFFMAN) {
      expect(counts.reduce((a, b) => a + b)).toBe(symbols.length)
      expect(kraft(counts)).toBeLessThan(1)
    }
  })

  it('that are optimized are prefix codes of at most 16 bits, shorter for more frequent symbols', () => {
    const random = generator(1)
    for (let round = 0; round < 100; round++) {
      const size = 1 + Math.floor(random() * 256)
      const counts = Array.from({ length: size }, () => Math.floor(random() ** 6 * 1e6))
      counts[0] = 5
      const [table] = optimalHuffman(histogramOf(counts))
      expect(table!.counts).toHaveLength(16)
      expect(kraft(table!.counts)).toBeLessThan(1)
      expect(table!.counts.reduce((a, b) => a + b)).toBe(counts.filter((count) => count > 0).length)
      const { lengths } = huffmanCodes([table!])
      const total = counts.reduce((a, b) => a + b)
      const entropy = counts.reduce((sum, n) => (n === 0 ? sum : sum - n * Math.log2(n / total)), 0)
      const spent = counts.reduce((sum, n, symbol) => sum + n * lengths[symbol]!, 0)
      expect(spent).toBeLessThanOrEqual(entropy + total)
    }
  })

  it('have codes of at most 16 bits when frequencies grow like Fibonacci numbers', () => {
    const counts = [1, 1]
    while (counts.length < 40) counts.push(counts.at(-1)! + counts.at(-2)!)
    const [table] = optimalHuffman(histogramOf(counts))
    expect(table!.counts.reduce((a, b) => a + b)).toBe(40)
    expect(kraft(table!.counts)).toBeLessThan(1)
  })

  it('have a code of one bit for a lone symbol', () => {
    expect(optimalHuffman(histogramOf([0, 0, 9]))[0]).toEqual({
      counts: [1, ...new Array(15).fill(0)],
      symbols: [2],
    })
  })
})
