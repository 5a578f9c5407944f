import { describe, expect, it } from 'vitest'
import { decodeLayer, layerSymbols } from '../../../../src/codec/compass/decoder/decode.ts'
import { PREDICTED } from '../../../../src/codec/compass/encoder/encode.ts'
import { descend } from '../../../../src/codec/compass/encoder/refine.ts'
import type { StripCost, StripPicture } from '../../../../src/codec/compass/encoder/strip-cost.ts'
import { loadEncoderTable } from '../../../../src/codec/compass/shared/tables.ts'
import { rgbImage } from '../../../../src/core/image.ts'
import { readStrips } from '../../../../src/format/layers.ts'
import { readHeader } from '../../../../src/format/reader.ts'
import { resample } from '../../../../src/pixels/resample.ts'
import { photo, psnr } from '../../../pictures.ts'
import { encode, runtime } from '../harness.ts'

describe('refinement of latents', { timeout: 120_000 }, () => {
  it('lowers bits + lambda * error of a whole file, and more steps lower it further', async () => {
    const picture = photo(192, 128, 31)
    const quality = 55
    const lambda = 2 * ((await loadEncoderTable(await runtime('node'))).lambdas[quality - 1] ?? 0)
    const costs: number[] = []
    for (const refine of [0, 3, 12]) {
      const bytes = await encode(picture, [192], { quality, refine, verify: true })
      const decoded = await decodeLayer(bytes, { runtime: await runtime('wasm') })
      const error = 255 ** 2 / 10 ** (psnr(decoded, picture) / 10)
      costs.push(8 * bytes.length + lambda * error * 192 * 128)
    }
    const [none = 0, few = 0, many = 0] = costs
    expect(few).toBeLessThan(none)
    expect(many).toBeLessThanOrEqual(few)
  })

  it('returns the first coding when no step finds a cheaper one', async () => {
    const latents = { rows: 1, values: Int16Array.of(16), scaleIndexes: Uint8Array.of(9) }
    const first = { hyperSymbols: new Int16Array(), passes: [], latents, bits: 5 }
    const cost = {
      of: async (_: StripPicture, __: unknown, bits: number) => bits,
      derivative: async () => ({ gradient: Float32Array.of(1), curvature: Float64Array.of(2) }),
    } as unknown as StripCost
    const seen: number[] = []
    const best = await descend({
      picture: {} as StripPicture,
      cost,
      latents: Float32Array.of(1),
      first,
      attempt: async ([value = 0]) => {
        seen.push(value)
        return { ...first, bits: 6 }
      },
      steps: 4,
    })
    expect(best).toEqual({ coded: first, cost: 5 })
    // Each attempt moves towards the vertex of the parabola at 1 - 1/2, by half of the step that failed before.
    for (const [step, expected] of [0.65, 0.825, 0.9125, 0.95625].entries()) {
      expect(seen[step]).toBeCloseTo(expected, 5)
    }
    expect(seen).toHaveLength(4)
  })
})

describe('a layer whose residual costs more than it gains', () => {
  it('is stored as a flag without strips, and decodes to its prediction', async () => {
    // The picture is an enlarged small one, so the lower layer already holds all its detail.
    const small = photo(60, 150, 4)
    const flat = rgbImage(
      60,
      150,
      small.data.map((_, i) => 90 + 40 * (i % 3)),
    )
    const picture = resample(flat, 240, 600)
    const bytes = await encode(picture, [60, 240], { quality: 20, verify: true })
    const [base, top] = readHeader(bytes).layers
    if (!base || !top) throw new Error('a layer is missing')
    expect([base.flags, top.flags]).toEqual([0, PREDICTED])
    const strips = readStrips(bytes, top)
    expect(Array.from({ length: strips.count }, (_, i) => strips.strip(i).length)).toEqual([0, 0, 0])
    expect(top.end - top.start).toBeLessThan(40)
    for (const name of ['node', 'wasm'] as const) {
      const decoded = await decodeLayer(bytes, { runtime: await runtime(name) })
      expect([decoded.width, decoded.height]).toEqual([240, 600])
      expect(psnr(decoded, picture)).toBeGreaterThan(30)
    }
    expect(await layerSymbols(bytes, { runtime: await runtime('wasm') })).toHaveLength(2)
  })

  it('can be followed by layers with a residual', async () => {
    const flat = rgbImage(100, 80, new Uint8Array(3 * 100 * 80).fill(128))
    const picture = { ...flat, data: flat.data.slice() }
    photo(100, 80, 8).data.forEach((value, i) => {
      if (i % 300 > 150) picture.data[i] = value
    })
    const bytes = await encode(picture, [50, 100], { quality: 70, verify: true })
    expect(readHeader(bytes).layers.map(({ flags }) => flags)).toEqual([0, 0])
  })
})
