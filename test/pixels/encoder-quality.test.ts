import { describe, expect, it } from 'vitest'
import { ENCODERS, encoderQuality, SETTING_STEPS } from '../../src/pixels/encoder-quality.ts'

describe.each(ENCODERS)('encoderQuality of %s', (encoder) => {
  const qualities = Array.from({ length: 100 }, (_, i) => i + 1)
  const settings = qualities.map((quality) => encoderQuality(encoder, quality))

  it('gives settings that the encoder takes', () => {
    for (const setting of settings) {
      expect(setting).toBeGreaterThanOrEqual(1)
      expect(setting).toBeLessThanOrEqual(100)
      expect(setting % SETTING_STEPS[encoder]).toBe(0)
    }
  })

  it('gives settings that never fall, and rise over the whole range', () => {
    expect(settings).toEqual(settings.toSorted((a, b) => a - b))
    for (const quality of [10, 25, 50, 75]) {
      expect(encoderQuality(encoder, quality + 15)).toBeGreaterThan(encoderQuality(encoder, quality))
    }
  })

  it('clamps qualities to the range of the table', () => {
    expect([encoderQuality(encoder, 0), encoderQuality(encoder, 101)]).toEqual([settings[0], settings[99]])
  })
})
