import { describe, expect, it } from 'vitest'
import { quantizeBlock, reciprocals } from '../../../src/pixels/jpeg/dct.ts'
import { inverseDct } from '../../../src/pixels/jpeg/inverse.ts'
import { ZIGZAG } from '../../../src/pixels/jpeg/tables.ts'
import { generator } from '../../pictures.ts'

describe('inverseDct', () => {
  it('equals the sum of cosines of T.81 A.3.3', () => {
    const random = generator(2)
    const coefficients = Int16Array.from({ length: 128 }, () => Math.round(600 * (random() - 0.5)))
    const out = new Float32Array(64)
    inverseDct(coefficients, 64, out)
    const scale = (k: number) => (k === 0 ? Math.SQRT1_2 : 1) / 2
    const wave = (k: number, x: number) => scale(k) * Math.cos(((2 * x + 1) * k * Math.PI) / 16)
    for (let i = 0; i < 64; i++) {
      let sum = 0
      for (let k = 0; k < 64; k++) {
        const [v, u] = [ZIGZAG[k]! >> 3, ZIGZAG[k]! & 7]
        sum += coefficients[64 + k]! * wave(v, i >> 3) * wave(u, i & 7)
      }
      expect(out[i]).toBeCloseTo(sum, 2)
    }
  })

  it('inverts the forward transform up to its rounding', () => {
    const random = generator(3)
    for (const spread of [0, 10, 250]) {
      const samples = Float32Array.from({ length: 64 }, () => (random() - 0.5) * spread + 20)
      const coefficients = new Int16Array(64)
      // Samples of the forward transform have two fractional bits.
      const table = new Uint16Array(64).fill(1)
      quantizeBlock(
        Int16Array.from(samples, (v) => Math.round(4 * v)),
        0,
        8,
        reciprocals(table),
        coefficients,
        0,
      )
      const out = new Float32Array(64)
      inverseDct(coefficients, 0, out)
      out.forEach((value, i) => {
        expect(Math.abs(value - samples[i]!)).toBeLessThan(1.5)
      })
    }
  })
})
