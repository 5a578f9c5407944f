import { describe, expect, it } from 'vitest'
import { quantizeBlock, reciprocals } from '../../../src/pixels/jpeg/dct.ts'
import { ZIGZAG } from '../../../src/pixels/jpeg/tables.ts'
import { generator } from '../../pictures.ts'

/** The DCT of T.81 A.3.3 on samples with two fractional bits, in natural order. */
function definition(samples: Int16Array): number[] {
  const scale = (k: number): number => (k === 0 ? Math.SQRT1_2 : 1) / 2
  const wave = (x: number, k: number): number => Math.cos(((2 * x + 1) * k * Math.PI) / 16)
  return Array.from({ length: 64 }, (_, i) => {
    const [u, v] = [i % 8, i >> 3]
    let sum = 0
    for (let at = 0; at < 64; at++) sum += (samples[at]! / 4) * wave(at % 8, u) * wave(at >> 3, v)
    return scale(u) * scale(v) * sum
  })
}

function quantize(samples: Int16Array, step: number): Int16Array {
  const out = new Int16Array(64)
  quantizeBlock(samples, 0, 8, reciprocals(new Uint16Array(64).fill(step)), out, 0)
  return out
}

describe('quantizeBlock', () => {
  it('equals the rounded DCT of the definition, except next to halves', () => {
    const random = generator(1)
    for (let round = 0; round < 200; round++) {
      const range = round % 2 === 0 ? 1023 : 200
      const samples = Int16Array.from({ length: 64 }, () => Math.round((random() - 0.5) * range))
      const exact = definition(samples)
      const ours = quantize(samples, 1)
      ours.forEach((q, i) => {
        expect(Math.abs(q - exact[ZIGZAG[i]!]!)).toBeLessThan(0.5 + 0.12)
      })
    }
  })

  it('does not overflow on any combination of extreme samples', () => {
    const random = generator(2)
    for (let round = 0; round < 500; round++) {
      const columns = Array.from({ length: 8 }, () => random() < 0.5)
      const rows = Array.from({ length: 8 }, () => random() < 0.5)
      const samples = Int16Array.from({ length: 64 }, (_, i) =>
        columns[i % 8] === rows[i >> 3] ? -512 : 511,
      )
      const exact = definition(samples)
      quantize(samples, 1).forEach((q, i) => {
        expect(Math.abs(q - exact[ZIGZAG[i]!]!)).toBeLessThan(0.75)
      })
    }
  })

  it('rounds quotients to the nearest integer', () => {
    const samples = new Int16Array(64).fill(4 * 10)
    expect([...quantize(samples, 7)]).toEqual([Math.round(80 / 7), ...new Array<number>(63).fill(0)])
    expect(
      quantize(
        samples.map((s) => -s),
        7,
      )[0],
    ).toBe(Math.round(-80 / 7))
  })
})
