import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeLayer } from '../../../src/codec/compass/decoder/decode.ts'
import { liffReference } from '../../../src/codec/compass/kernels/liff.ts'
import { Predictor } from '../../../src/codec/compass/picture/predictor.ts'
import { makeAxis } from '../../../src/codec/compass/shared/axis.ts'
import { RowWindow } from '../../../src/codec/compass/shared/row-window.ts'
import { SAMPLE_SCALE } from '../../../src/codec/compass/shared/samples.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { readHeader } from '../../../src/format/reader.ts'
import type { Program, TensorShape } from '../../../src/network/program.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { psnr } from '../../pictures.ts'
import { encode, runtime } from './harness.ts'

/** Results of the PyTorch model with the same weights, written by models/strata_models/compass/parity.py. */
const golden = JSON.parse(readFileSync(new URL('../../golden/parity.json', import.meta.url), 'utf8')) as {
  sizes: [number, number][]
  entropy: Record<'base' | 'enhancement', Record<string, number | [means: number, indexes: number]>>
  layers: { quality: number; layer: number; bits: number; psnr: number }[]
  prediction: { size: [number, number]; row: number; from: number; values: number[] }
}

function pattern(count: number, modulus: number, offset: number, seed: number): Int16Array {
  return Int16Array.from(
    { length: count },
    (_, i) => (Math.floor(((i * 40503 + seed) % 65536) / 7) % modulus) - offset,
  )
}

function digest(values: Int16Array | undefined): number {
  let h = 0n
  for (const value of values ?? []) h = (h * 31n + BigInt(value) + 4096n) % 2147483647n
  return Number(h)
}

/** The input of 3 x 5 hyper-latents, 6 x 10 cells, that models/strata_models/compass/parity.py generates. */
function drawnInput(name: string, { channels, stride }: TensorShape, kind: string): Int16Array {
  const cells = (96 / stride) * (160 / stride)
  if (name === 'side') {
    const planes = kind === 'base' ? [120] : [120, 64]
    const side = channels - planes.length
    const values = pattern(side * cells, 41, 20, 17)
    return Int16Array.from({ length: channels * cells }, (_, i) => {
      const [cell, channel] = [Math.floor(i / channels), i % channels]
      return channel < side ? (values[cell * side + channel] ?? 0) : (planes[channel - side] ?? 0)
    })
  }
  const draws: Record<string, [modulus: number, offset: number, seed: number]> = {
    context: [64, 0, 5],
    hidden: [256, 0, 3],
    carried: [256, 0, 7],
    magnitudes: [256, 0, 11],
    values0: [101, 50, 13],
    values1: [101, 50, 14],
  }
  return pattern(channels * cells, ...(draws[name] ?? [1, 0, 0]))
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
      'computes exactly the integers of the %s networks',
      async (kind) => {
        const { network, table } = await runtime(name)
        const { networks } = (await table('decoder')) as { networks: Record<string, Program> }
        for (const [part, expected] of Object.entries(golden.entropy[kind])) {
          const { inputs } = networks[`${kind}-${part}`] as Program
          const drawn = Object.entries(inputs).map(([input, shape]) => [
            input,
            drawnInput(input, shape, kind),
          ])
          const outputs = await (await network(`${kind}-${part}`)).run(Object.fromEntries(drawn), 96, 160)
          const found = Array.isArray(expected)
            ? [digest(outputs.means), digest(outputs.indexes)]
            : digest(outputs.hidden)
          expect([part, found]).toEqual([part, expected])
        }
      },
    )
  })

  it.each([50, 70, 90])(
    'takes the bits that PyTorch estimates for a picture at quality %d',
    async (quality) => {
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
        // The estimate of PyTorch lacks the 16 bytes of the rANS states and the 16 bytes of the strip index.
        const bits = 8 * (layer.end - layer.start - 32)
        expect(Math.abs(bits - expected.bits)).toBeLessThan(0.02 * expected.bits + 64)
        const decoded = await decodeLayer(bytes, { runtime: await runtime('wasm'), layer: expected.layer })
        expect(psnr(decoded, resample(picture, layer.width, layer.height))).toBeCloseTo(expected.psnr, 0.6)
      }
    },
  )

  it('predicts the same samples as PyTorch at a factor with quantized phases', async () => {
    const [lowHeight, lowWidth] = golden.sizes[1] ?? [0, 0]
    const low = drawnPicture(lowHeight, lowWidth)
    const rows = new RowWindow(lowWidth)
    rows.extend(lowHeight)
    for (let y = 0; y < lowHeight; y++) {
      const line = low.data.subarray(3 * y * lowWidth, 3 * (y + 1) * lowWidth)
      rows.samples.set(
        Int16Array.from(line, (value) => value * SAMPLE_SCALE),
        rows.offset(y),
      )
    }
    const below = { width: lowWidth, height: lowHeight, rows, ensure: async () => {} }
    const { size, row, from, values } = golden.prediction
    expect(makeAxis(lowHeight, size[0]).offsets).toHaveLength(16)
    const predictor = await Predictor.create(await runtime('wasm'), below, size[1], size[0], liffReference)
    await predictor.ensure(row + 1)
    const count = values.length / 3
    values.forEach((value, i) => {
      const at = predictor.rows.offset(row) + 3 * (from + (i % count)) + Math.floor(i / count)
      expect(Math.abs((predictor.rows.samples[at] ?? 0) / SAMPLE_SCALE - value)).toBeLessThan(0.25)
    })
  })
})
