import { describe, expect, it } from 'vitest'
import { match, measureEncoders } from '../../../src/bench/encoders/measure.ts'
import { formatEncoders } from '../../../src/bench/encoders/report.ts'
import { photo } from '../../pictures.ts'

describe('match', () => {
  const scale = [
    { setting: 50, score: 40, rate: 0.1 },
    { setting: 75, score: 65, rate: 0.2 },
    { setting: 100, score: 95, rate: 0.8 },
  ]

  it('finds the setting with the same score between two measured ones, in the steps of the encoder', () => {
    const curve = [
      { setting: 20, score: 30, rate: 0.05 },
      { setting: 60, score: 50, rate: 0.08 },
      { setting: 61, score: 90, rate: 0.32 },
    ]
    expect(match('edge-webp', scale, curve)).toEqual([
      { encoder: 'edge-webp', quality: 50, setting: 40, score: 40, ofJpeg: 0.632 },
      { encoder: 'edge-webp', quality: 75, setting: 60.5, score: 65, ofJpeg: 0.673 },
      { encoder: 'edge-webp', quality: 100, setting: 61, score: 95, ofJpeg: 0.4 },
    ])
    expect(match('avif-4', scale, curve).map(({ setting }) => setting)).toEqual([40, 60, 61])
  })

  it('takes the lowest setting when even that has a higher score', () => {
    const curve = [
      { setting: 1, score: 50, rate: 0.05 },
      { setting: 100, score: 99, rate: 0.5 },
    ]
    expect(match('webp', scale, curve)[0]).toMatchObject({ setting: 1, ofJpeg: 0.5 })
  })
})

describe('measureEncoders', () => {
  it('measures our writer at each quality, and finds the settings of an encoder', async () => {
    const result = await measureEncoders([photo(64, 48), photo(48, 64, 2)], ['mozjpeg', 'edge-webp'])
    expect(result.scale.map(({ setting }) => setting)).toEqual(
      Array.from({ length: 20 }, (_, i) => 5 * (i + 1)),
    )
    expect(result.scale.at(-1)!.rate).toBeGreaterThan(2 * result.scale[0]!.rate)
    expect(result.rows).toHaveLength(40)
    for (const { setting } of result.rows) {
      expect(setting).toBeGreaterThanOrEqual(1)
      expect(setting).toBeLessThanOrEqual(100)
    }
    const text = formatEncoders(result)
    expect(text).toMatch(/^ {2}'edge-webp': \[([\d.]+, ){19}[\d.]+\],$/m)
    expect(text).toMatch(/^ {2}mozjpeg: \[([\d.]+, ){19}[\d.]+\],$/m)
  })
})
