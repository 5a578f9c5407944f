import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../src/bench/metric.ts'
import { interpolate, RIVALS, RivalFiles } from '../../src/node/rival-files.ts'
import { createJudge } from '../../src/pixels/judge.ts'
import { photo } from '../pictures.ts'

const picture = photo(64, 48)

describe('interpolate', () => {
  const [below, above] = [
    { bytes: 100, score: 30 },
    { bytes: 400, score: 32 },
  ]
  it.each([
    [30, 100],
    [31, 200],
    [32, 400],
  ])('takes the logarithm of bytes as linear: at a score of %i %i bytes', (wanted, bytes) => {
    expect(interpolate(below, above, wanted)).toBeCloseTo(bytes, 6)
  })
})

describe.each(RIVALS)('files of %s', (codec) => {
  it.each(METRICS)('lie between the two neighbouring qualities, by %s', async (metric) => {
    const files = new RivalFiles(picture, codec, metric)
    const made = async (quality: number) => {
      const raw = sharp(picture.data, { raw: { width: 64, height: 48, channels: 3 } })
      const options = { quality, ...(codec === 'mozjpeg' ? { mozjpeg: true } : {}) }
      const format = codec === 'mozjpeg' ? 'jpeg' : codec
      const bytes = await raw.toFormat(format, { ...options, chromaSubsampling: '4:2:0' }).toBuffer()
      const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      const score = createJudge(picture).score({ ...picture, data: new Uint8Array(data) }, metric)
      return { bytes: bytes.length, score }
    }
    const [low, high] = [await made(58), await made(62)]
    const wanted = (low.score + high.score) / 2
    const bytes = await files.bytesAt(wanted)
    // Small files do not quite grow with their quality: the search may end a step beside.
    expect(bytes).toBeGreaterThan(0.97 * Math.min(low.bytes, high.bytes))
    expect(bytes).toBeLessThan(1.03 * Math.max(low.bytes, high.bytes))
  })

  it('have no size where the codec is never so good, and the smallest where all are better', async () => {
    const files = new RivalFiles(picture, codec, 'psnr')
    expect(await files.bytesAt(90)).toBeUndefined()
    const least = await files.bytesAt(1)
    expect(least).toBe(await files.bytesAt(2))
    expect(least).toBeLessThan((await files.bytesAt(25))!)
  })
})
