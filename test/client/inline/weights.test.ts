import { describe, expect, it } from 'vitest'
import { dct, lapped, product, SIDE } from '../../../src/client/inline/lapped.ts'
import { unpack } from '../../../src/client/inline/unpack.ts'
import { PACKED, TABLES } from '../../../src/client/inline/weights-data.ts'
import { packedWeights } from './golden.ts'

describe('the weights of the small decoder', () => {
  it('are those of models/weights', () => {
    expect(PACKED).toBe(Buffer.from(packedWeights()).toString('base64'))
  })

  it('are multiples of their steps, and mostly zero', () => {
    const tables = unpack(packedWeights(), TABLES)
    for (const name of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
      const [rows, columns, step] = TABLES[name]
      expect(tables[name]).toHaveLength(rows * columns)
      expect(tables[name].every((value) => Math.abs(value / step - Math.round(value / step)) < 1e-3)).toBe(
        true,
      )
    }
    expect(tables.second.filter((value) => value !== 0).length).toBeLessThan(tables.second.length / 4)
    expect(new Set(tables.selected).size).toBe(40)
  })
})

describe.each([
  ['the lapped transform', lapped()],
  ['the DCT', dct(SIDE)],
])('%s', (_, matrix) => {
  it('is orthonormal', () => {
    for (const options of [{ ofA: true }, { ofB: true }]) {
      const found = product(matrix, matrix, options)
      const errors = found.map((value, i) => Math.abs(value - (i % (SIDE + 1) === 0 ? 1 : 0)))
      expect(Math.max(...errors)).toBeLessThan(1e-12)
    }
  })
})
