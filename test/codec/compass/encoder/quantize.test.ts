import { describe, expect, it } from 'vitest'
import { quantize } from '../../../../src/codec/compass/encoder/quantize.ts'
import type { PassParameters } from '../../../../src/codec/compass/latents/entropy-parameters.ts'
import { symbolBits } from '../../../../src/entropy/estimate.ts'

/** Parameters of a pass with runs of two channels, of which the first is channel 4 of the latents. */
function parameters(runs: readonly number[], means: readonly number[], indexes: readonly number[]) {
  const cells = { runs: () => Int32Array.from(runs), group: () => ({ first: 4, channels: 2 }) }
  const pass = { fine: false }
  return {
    ...{ pass, cells, means: Int16Array.from(means), scaleIndexes: Uint8Array.from(indexes) },
  } as unknown as PassParameters
}

describe('quantize', () => {
  it('rounds latents minus their means, and codes nothing outside and under table 0', () => {
    const latents = Float32Array.of(9, 9, 1.75, -2.5, 40000, 3)
    const found = quantize(latents, parameters([2, -1, 4], [16, 0, 0, 0, 0, 0], [20, 20, 20, 20, 30, 0]))
    expect([...found]).toEqual([1, -2, 0, 0, 32767, 0])
  })

  it('takes the neighbour nearer to 0 when the saved bits outweigh the error', () => {
    const latents = Float32Array.of(1.55, -1.55)
    const pass = parameters([0], [0, 0], [20, 20])
    const saved = symbolBits(20, 2) - symbolBits(20, 1)
    // For a curvature c, the costs of the two errors differ by c / 2 * (.55^2 - .45^2) = c / 20.
    const curvature = (factor: number) => new Float64Array(6).fill(20 * saved * factor)
    expect([...quantize(latents, pass)]).toEqual([2, -2])
    expect([...quantize(latents, pass, curvature(0.9))]).toEqual([1, -1])
    expect([...quantize(latents, pass, curvature(1.1))]).toEqual([2, -2])
  })
})
