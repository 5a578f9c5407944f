import { describe, expect, it } from 'vitest'
import type { ThumbnailRow } from '../../../src/bench/thumbnail/measure.ts'
import { formatThumbnails, plotThumbnails, summarizeThumbnails } from '../../../src/bench/thumbnail/report.ts'

/** As if SSIMULACRA2 were twice the decibels. */
const score = (psnr: number) => ({ psnr, ssimulacra2: 2 * psnr })

const rows: ThumbnailRow[] = [
  { image: 'a', codec: 'hyperthumbnail', quality: 75, bytes: 2000, ...score(33), low: score(36) },
  {
    image: 'a',
    codec: 'bicubic',
    quality: 50,
    subsampling: '4:2:0',
    bytes: 1000,
    ...score(26),
    low: score(30),
  },
  {
    image: 'a',
    codec: 'bicubic',
    quality: 90,
    subsampling: '4:2:0',
    bytes: 4000,
    ...score(28),
    low: score(34),
  },
  {
    image: 'a',
    codec: 'bicubic',
    quality: 50,
    subsampling: '4:4:4',
    bytes: 1000,
    ...score(25),
    low: score(32),
  },
  {
    image: 'a',
    codec: 'bicubic',
    quality: 90,
    subsampling: '4:4:4',
    bytes: 4000,
    ...score(29.5),
    low: score(40),
  },
  { image: 'a', codec: 'webp', quality: 50, bytes: 500, ...score(30) },
  { image: 'a', codec: 'webp', quality: 60, bytes: 1500, ...score(35) },
  {
    image: 'b',
    codec: 'bicubic',
    quality: 50,
    subsampling: '4:2:0',
    bytes: 2000,
    ...score(99),
    low: score(36),
  },
]

describe('the summary of thumbnails', () => {
  const [summary] = summarizeThumbnails(rows, 'psnr')

  it('compares at equal bytes with the better subsampling of the same image', () => {
    // Halfway from 1000 to 4000 bytes on a logarithmic scale: 27 dB of 4:2:0, 27.25 dB of 4:4:4.
    expect(summary).toMatchObject({ quality: 75, bytes: 2000, ...score(33), low: score(36) })
    expect(summary?.gain.bicubic).toBeCloseTo(5.75)
  })

  it('compares by either metric', () => {
    const [seen] = summarizeThumbnails(rows, 'ssimulacra2')
    expect(seen?.gain.bicubic).toBeCloseTo(11.5)
    expect(seen?.overPlain).toBeCloseTo(1)
  })

  it('has no gain when a rival does not reach the bytes', () => {
    expect(summary?.gain.webp).toBeNaN()
    expect(summary?.gain.avif).toBeNaN()
  })

  it('compares bytes with the plain JPEG of the same fidelity', () => {
    // 36 dB is halfway from 32 to 40 dB of 4:4:4, at 2000 bytes; 4:2:0 does not reach it.
    expect(summary?.overPlain).toBeCloseTo(1)
  })

  it('is printed and drawn', () => {
    expect(formatThumbnails(summarizeThumbnails(rows, 'psnr'), 'psnr')).toContain('+5.75')
    const svg = plotThumbnails(rows, 'two', 'ssimulacra2')
    for (const name of ['hyperthumbnail', 'bicubic JPEG 4:2:0', 'bicubic JPEG 4:4:4', 'webp']) {
      expect(svg).toContain(`>${name}<`)
    }
  })
})
