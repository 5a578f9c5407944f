import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { estimateBits, leastBits } from '../../src/entropy/estimate.ts'
import { ENTROPY_TABLES, slotRange, TABLES } from '../../src/entropy/tables.ts'
import { TABLES_BASE64 } from '../../src/entropy/tables-data.ts'

const { last, centre, radius, buckets } = ENTROPY_TABLES
/** By how many indexes the scale of a table lies above sigma of its index, at some indexes; interpolate in between. */
const SHIFTS = [
  [0, 0],
  [1, 0],
  [4, 1],
  [10, 1.5],
  [14, 1.25],
  [18, 1],
  [24, 0],
  [30, -1.25],
  [50, -2],
  [63, -3.5],
] as const
const shift = (i: number): number => {
  const above = Math.max(
    SHIFTS.findIndex(([index]) => index >= i),
    1,
  )
  const [[from, low], [to, high]] = [SHIFTS[above - 1]!, SHIFTS[above]!]
  return low + ((high - low) * (i - from)) / (to - from)
}
const sigma = (i: number): number => 0.11 * Math.exp(((i + shift(i)) * Math.log(64 / 0.11)) / 63)
const tables = Array.from({ length: TABLES }, (_, i) => {
  const [c, r] = [centre[i] as number, radius[i] as number]
  const f = Array.from({ length: 2 * r + 2 }, (_, j) => slotRange(c - r + j).frequency)
  return { c, r, f, rare: f[2 * r + 1] as number }
})

describe('the frequency tables of the entropy coder', () => {
  it('are those of format version 2', () => {
    const sha = createHash('sha256').update(TABLES_BASE64).digest('hex')
    expect(sha).toMatchInlineSnapshot(`"184ba0a46225e68940590dd57597fb60003ed3597c93ec59dec530d988fae141"`)
  })

  it('are 64 tables with frequencies of at least 1 that add up to 65536', () => {
    for (const { f } of tables) {
      expect(Math.min(...f)).toBeGreaterThanOrEqual(1)
      expect(f.reduce((a, b) => a + b)).toBe(65536)
    }
  })

  it('are symmetric with a radius of 6.5 sigma, at most 255', () => {
    tables.forEach(({ r, f, rare }, i) => {
      expect(f.slice(0, r)).toEqual(f.slice(r + 1, 2 * r + 1).reverse())
      expect(r).toBe(Math.min(Math.ceil(6.5 * sigma(i)) + 2, 255))
      // The probability beyond the radius goes to the escape.
      if (r < 255) expect(rare).toBe(8)
      else expect(rare).toBeGreaterThanOrEqual(8)
    })
  })

  it('have the variance of the mixture integrated over unit bins', () => {
    tables.forEach(({ r, f }, i) => {
      const variance = f.slice(0, 2 * r + 1).reduce((sum, n, j) => sum + n * (j - r) ** 2, 0) / 65536
      // 1.226 = .8 * .9^2 + .2 * 1.7^2. The widest tables are left out: their radius cuts the tails.
      if (i > 25 && i < 58) expect(variance / (1.226 * sigma(i) ** 2 + 1 / 12)).toBeCloseTo(1, 1)
    })
  })

  it('give for every slot the same symbol by bucket and scan as by search', () => {
    tables.forEach(({ c, r, f }, i) => {
      let slot = 0
      f.forEach((n, j) => {
        for (const probe of [slot, slot + n - 1]) {
          let s = buckets[(i << 8) | (probe >> 8)] as number
          while (probe > (last[s] as number)) s++
          expect(s).toBe(c - r + j)
        }
        slot += n
      })
    })
  })
})

describe('leastBits', () => {
  it('returns the bits of the most probable symbol', () => {
    tables.forEach(({ f }, i) => {
      const least = i === 0 ? 0 : 16 - Math.log2(Math.max(...f))
      expect(leastBits(i)).toBeCloseTo(least, 2)
    })
  })
})

describe('estimateBits', () => {
  it('sums -log2 of the probabilities and the bypass bits of escapes', () => {
    const { r, f, rare } = tables[20] as (typeof tables)[number]
    const bits = (n: number): number => 16 - Math.log2(n)
    const of = (...symbols: number[]): number =>
      estimateBits(new Uint8Array(symbols.length).fill(20), Int16Array.from(symbols))
    expect(of(0, -1)).toBeCloseTo(bits(f[r] as number) + bits(f[r - 1] as number), 9)
    expect(of(r + 1)).toBeCloseTo(bits(rare) + 4 + 1, 9)
    expect(of(-r - 7)).toBeCloseTo(bits(rare) + 4 + 3, 9)
    expect(estimateBits(new Uint8Array(9), new Int16Array(9))).toBe(0)
  })
})
