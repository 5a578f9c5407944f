import { describe, expect, it } from 'vitest'
import { generator } from '../../pictures.ts'
import { runtime } from './harness.ts'

/** Synthesis of a tile must not depend on anything farther away than the manifest's halo. */
describe('the halo of synthesis', () => {
  it.each(['base', 'enhancement'] as const)('of the %s layer is what the manifest says', async (layer) => {
    const { load, manifest } = await runtime('wasm')
    const network = await load(`${layer}-synthesis`)
    const random = generator(5)
    const [channels, rows, columns, patch] = [96, 24, 6, 8]
    const latents = Float32Array.from({ length: channels * rows * columns }, () => (random() - 0.5) * 2)
    // Pictures are at half resolution, 2x2 pixels in the channels.
    const half = patch / 2
    const prediction = Float32Array.from({ length: 12 * rows * columns * half * half }, random)
    const run = async (from: number, to: number) => {
      const feeds = {
        latents: {
          data: slice(latents, channels, rows * columns, from * columns, to * columns),
          dims: [1, channels, to - from, columns],
        },
        prediction: {
          data: slice(
            prediction,
            12,
            rows * columns * half * half,
            from * columns * half * half,
            to * columns * half * half,
          ),
          dims: [1, 12, (to - from) * half, columns * half],
        },
      }
      const { picture } = await network.run(feeds)
      return picture?.data ?? new Float32Array()
    }
    const whole = await run(0, rows)
    const halo = manifest.haloRows / patch
    const tile = await run(8 - halo, 16 + halo)
    const line = columns * half
    let largest = 0
    for (let channel = 0; channel < 12; channel++) {
      for (let row = 0; row < 8 * half; row++) {
        for (let x = 0; x < line; x++) {
          const a = whole[(channel * rows * half + 8 * half + row) * line + x] ?? 0
          const b = tile[(channel * (8 + 2 * halo) * half + halo * half + row) * line + x] ?? 0
          largest = Math.max(largest, Math.abs(a - b))
        }
      }
    }
    expect(largest).toBeLessThan(1e-5)
  })
})

function slice(data: Float32Array, planes: number, plane: number, from: number, to: number): Float32Array {
  const out = new Float32Array(planes * (to - from))
  for (let p = 0; p < planes; p++) out.set(data.subarray(p * plane + from, p * plane + to), p * (to - from))
  return out
}
