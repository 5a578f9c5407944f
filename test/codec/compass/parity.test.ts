import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makeAxis } from '../../../src/codec/compass/axis.ts'
import { decodeLayer } from '../../../src/codec/compass/decode.ts'
import { liffReference, SAMPLE_SCALE } from '../../../src/codec/compass/liff.ts'
import { Predictor } from '../../../src/codec/compass/predictor.ts'
import { RowWindow } from '../../../src/codec/compass/row-window.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { resample } from '../../../src/pixels/resample.ts'
import type { Tensor } from '../../../src/runtime/types.ts'
import { psnr } from '../../pictures.ts'
import { encode, runtime } from './harness.ts'

/** Written by models/strata_models/parity.py from the PyTorch model of the same weights. */
const golden = JSON.parse(readFileSync(new URL('../../golden/parity.json', import.meta.url), 'utf8')) as {
  sizes: [number, number][]
  entropy: Record<'base' | 'enhancement', { means: number; indexes: number }>
  layers: { quality: number; layer: number; bits: number; psnr: number }[]
  prediction: { size: [number, number]; row: number; from: number; values: number[] }
}

function pattern(count: number, modulus: number, offset: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => (Math.floor(((i * 40503 + seed) % 65536) / 7) % modulus) - offset,
  )
}

function digest(tensor: Tensor | undefined): number {
  let h = 0n
  for (const value of tensor?.data ?? []) h = (h * 31n + BigInt(value) + 4096n) % 2147483647n
  return Number(h)
}

function drawnPicture(height: number, width: number): RgbImage {
  const data = new Uint8Array(3 * width * height)
  const byte = (value: number) => Math.min(Math.max(Math.floor(value + 0.5), 0), 255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const waves = 40 * Math.sin(x / 3.1 + y / 7.7) + 25 * Math.cos(y / 2.3 - x / 11)
      const edge = 2 * x + 3 * y > 1.2 * (height + width) ? 60 : -20
      const at = 3 * (y * width + x)
      data[at] = byte(100 + waves + edge)
      data[at + 1] = byte(120 + waves * 0.6 + (y * 60) / height)
      data[at + 2] = byte(140 - waves * 0.5 + edge * 0.4 + (x * 40) / width)
    }
  }
  return { width, height, data }
}

describe('parity with the PyTorch model', () => {
  describe.each(['node', 'wasm'] as const)('%s runtime', (name) => {
    it.each(['base', 'enhancement'] as const)(
      'computes the integers of %s-entropy to the last bit',
      async (layer) => {
        const [rows, columns] = [3, 5]
        const { manifest, load, table } = await runtime(name)
        expect(manifest.modelSet).toMatch(/^[0-9a-f]{16}$/)
        const channels = ((await table('decoder')) as Record<string, { side: number }>)[layer]?.side ?? 0
        const planes = layer === 'base' ? [120] : [120, 64]
        const side = new Float32Array((channels + planes.length) * rows * columns)
        side.set(pattern(channels * rows * columns, 41, 20, 17))
        planes.forEach((plane, p) => {
          side.fill(plane, (channels + p) * rows * columns, (channels + p + 1) * rows * columns)
        })
        const feeds: Record<string, Tensor> = {
          side: { data: side, dims: [1, channels + planes.length, rows, columns] },
        }
        if (layer === 'enhancement') {
          const dims = [1, 4 * 192, 2 * rows, 2 * columns]
          feeds.context = { data: pattern(192 * 16 * rows * columns, 256, 0, 5), dims }
        }
        const { means, indexes } = await (await load(`${layer}-entropy`)).run(feeds)
        expect({ means: digest(means), indexes: digest(indexes) }).toEqual(golden.entropy[layer])
      },
    )
  })

  it.each([30, 60, 90])('spends the same bits for the same picture at quality %d', async (quality) => {
    const [height, width] = golden.sizes.at(-1) ?? [0, 0]
    const picture = drawnPicture(height, width)
    const bytes = await encode(
      picture,
      golden.sizes.map(([, w]) => w),
      { quality },
    )
    const header = readHeader(bytes)
    for (const expected of golden.layers.filter((row) => row.quality === quality)) {
      const layer = header.layers[expected.layer]
      if (!layer) throw new Error(`layer ${expected.layer} is missing`)
      // 16 bytes of rANS states and 16 of strip index stand beside the estimate of PyTorch.
      const bits = 8 * (layer.end - layer.start - 32)
      expect(Math.abs(bits - expected.bits)).toBeLessThan(0.02 * expected.bits + 64)
      const decoded = await decodeLayer(bytes, { runtime: await runtime('wasm'), layer: expected.layer })
      expect(psnr(decoded, resample(picture, layer.width, layer.height))).toBeCloseTo(expected.psnr, 0.6)
    }
  })

  it('predicts the same samples at a factor with quantized phases', async () => {
    const [lowHeight, lowWidth] = golden.sizes[1] ?? [0, 0]
    const [height, width] = golden.sizes[2] ?? [0, 0]
    const low = resample(drawnPicture(height, width), lowWidth, lowHeight)
    const rows = new RowWindow((length) => new Int16Array(length), 3, lowWidth)
    const planar = Int16Array.from({ length: 3 * lowWidth * lowHeight }, (_, i) => {
      const [channel, pixel] = [Math.floor(i / (lowWidth * lowHeight)), i % (lowWidth * lowHeight)]
      return (low.data[3 * pixel + channel] ?? 0) * SAMPLE_SCALE
    })
    rows.push(planar, lowHeight)
    const below = { width: lowWidth, height: lowHeight, rows, ensure: async () => {} }
    const { size, row, from, values } = golden.prediction
    expect(makeAxis(lowHeight, size[0]).offsets).toHaveLength(16)
    const predictor = await Predictor.create(await runtime('wasm'), below, size[1], size[0], liffReference)
    await predictor.ensure(row + 1)
    const count = values.length / 3
    values.forEach((value, i) => {
      const at = predictor.rows.offset(Math.floor(i / count), row) + from + (i % count)
      expect(Math.abs((predictor.rows.samples[at] ?? 0) / SAMPLE_SCALE - value)).toBeLessThan(0.75)
    })
  })
})
