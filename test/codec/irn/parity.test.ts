import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { irn } from '../../../src/codec/irn/index.ts'
import { FACTORS } from '../../../src/codec/irn/model.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { createNodeRuntime } from '../../../src/runtime/node.ts'
import { photo } from '../../pictures.ts'
import { decodePicture, encodePng, openModel } from './harness.ts'

/** Results of the PyTorch model with the same weights, written by models/strata_models/irn/parity.py. */
interface Golden {
  readonly scale: number
  readonly width: number
  readonly height: number
  readonly picture: string
  readonly low: string
  readonly restored: string
}

const goldens = FACTORS.map(
  (factor): Golden =>
    JSON.parse(readFileSync(new URL(`../../golden/irn${factor}.json`, import.meta.url), 'utf8')),
)

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
}

describe.each(goldens)('irn $scale x against PyTorch', ({ scale, width, height, picture, low, restored }) => {
  it('makes the same thumbnail and restores the same picture', async () => {
    const high: RgbImage = { width, height, data: Buffer.from(picture, 'base64') }
    const size = { width: width / scale, height: height / scale }
    const rescaler = irn({ model: openModel(scale), decodePicture, encodePng })
    const file = await rescaler.embed([high], { high, low: size, quality: 75 })
    const shown = await decodePicture(file)
    expect(meanDifference(shown.data, Buffer.from(low, 'base64'))).toBeLessThan(0.15)
    const { image, method } = await rescaler.restore(file)
    expect(method).toBe('irn')
    expect(meanDifference(image.data, Buffer.from(restored, 'base64'))).toBeLessThan(0.3)
  })
})

describe.each(FACTORS)('the ONNX networks of factor %i', (factor) => {
  it('invert each other to 1e-4 of the full range when nothing is rounded', async () => {
    const runtime = await createNodeRuntime()
    const [forward, inverse] = await Promise.all(
      ['forward', 'inverse'].map((direction) => runtime.load(`irn${factor}-${direction}`)),
    )
    const [width, height] = [64, 48]
    const { data } = photo(width, height)
    const plane = width * height
    const picture = Float32Array.from(
      { length: 3 * plane },
      (_, i) => data[3 * (i % plane) + Math.floor(i / plane)]!,
    )
    const halves = await forward!.run({ picture: { data: picture, dims: [1, 3, height, width] } })
    const back = await inverse!.run({ low: halves.low!, z: halves.z! })
    const errors = picture.map((value, i) => Math.abs(value - back.picture!.data[i]!) / 255)
    expect(Math.max(...errors)).toBeLessThan(1e-4)
  })
})
