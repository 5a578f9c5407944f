import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checksumOf, markerSegment } from '../../../src/codec/hyperthumbnail/marker.ts'
import { restore } from '../../../src/codec/hyperthumbnail/restore.ts'
import { makeThumbnail } from '../../../src/codec/hyperthumbnail/thumbnail.ts'
import type { Size } from '../../../src/core/box.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { quantizePicture, writeCoefficients } from '../../../src/pixels/jpeg/coefficients.ts'
import { jpegLayout } from '../../../src/pixels/jpeg/layout.ts'
import type { JpegTables } from '../../../src/pixels/jpeg/types.ts'
import { decodePicture, FACTORS, openModel } from './harness.ts'

/** Results of the PyTorch model with the same weights, written by models/strata_models/hyperthumbnail/parity.py. */
interface Golden {
  factor: number
  width: number
  height: number
  picture: string
  cases: {
    quality: number
    strength: number
    low: string
    tables: number[][]
    coefficients: string
    restored: string
  }[]
}

const goldens = FACTORS.map((factor): Golden => {
  const name = factor === 2 ? 'hyperthumbnail' : `hyperthumbnail${factor}`
  return JSON.parse(readFileSync(new URL(`../../golden/${name}.json`, import.meta.url), 'utf8'))
})

const image = (size: Size, text: string): RgbImage => ({ ...size, data: Buffer.from(text, 'base64') })

function differences(a: ArrayLike<number>, b: ArrayLike<number>): { largest: number; mean: number } {
  expect(a.length).toBe(b.length)
  const all = Array.from(a, (value, i) => Math.abs(value - b[i]!))
  return { largest: Math.max(...all), mean: all.reduce((sum, d) => sum + d, 0) / all.length }
}

describe.each(goldens)('HyperThumbnail $factor x against PyTorch', (golden) => {
  const { factor } = golden
  const model = openModel(factor)
  const high = { width: golden.width, height: golden.height }
  const low = { width: golden.width / factor, height: golden.height / factor }

  it.each(golden.cases)(
    'makes the same thumbnail at quality $quality, strength $strength',
    async ({ low: expected, ...settings }) => {
      const picture = image(high, golden.picture)
      const thumbnail = await makeThumbnail([picture], high, { low }, { model, settings })
      const { largest, mean } = differences(thumbnail.data, image(low, expected).data)
      expect(largest).toBeLessThanOrEqual(2)
      expect(mean).toBeLessThan(0.1)
    },
  )

  it.each(golden.cases)(
    'predicts the same tables at quality $quality, strength $strength',
    ({ quality, strength, low: text, tables }) => {
      const ones = new Uint16Array(64).fill(1)
      const fine = { quality, subsampling: '444', tables: [ones, ones] } as const
      const found = model.predictor().predict(quantizePicture(image(low, text), fine), { quality, strength })
      for (const [i, table] of tables.entries()) {
        // Unlike PyTorch, the writer rounds Y, Cb and Cr before its DCT; a small picture has few blocks to average.
        const { largest, mean } = differences(found[i]!, table)
        expect(largest).toBeLessThanOrEqual(3)
        expect(mean).toBeLessThan(1.5)
      }
    },
  )

  it.each(golden.cases)(
    'restores the same picture at quality $quality, strength $strength',
    async (expected) => {
      const { quality, strength } = expected
      const tables = expected.tables.map((table) => Uint16Array.from(table)) as unknown as JpegTables
      const options = { quality, subsampling: '444', tables } as const
      const bytes = Uint8Array.from(Buffer.from(expected.coefficients, 'base64'))
      const layout = jpegLayout(low.width, low.height, '444')
      const coefficients = { layout, scan: new Int16Array(bytes.buffer) }
      const checksum = checksumOf(coefficients)
      const marker = markerSegment({ factor, quality, strength, model: model.id, high, checksum })
      const file = writeCoefficients(coefficients, { ...options, segments: [marker] })
      const restored = await restore(file, { model, decodePicture })
      expect(restored).toMatchObject({ method: 'hyperthumbnail', factor })
      const { largest, mean } = differences(restored.image.data, image(high, expected.restored).data)
      expect(largest).toBeLessThanOrEqual(2)
      expect(mean).toBeLessThan(0.1)
    },
  )
})
