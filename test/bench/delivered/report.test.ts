import { describe, expect, it } from 'vitest'
import type { DeliveredRow } from '../../../src/bench/delivered/measure.ts'
import { formatDelivered, summarizeDelivered } from '../../../src/bench/delivered/report.ts'

const row = (image: string, width: number, bytes: number, avif: number | null, way: DeliveredRow['way']) =>
  ({
    image,
    way,
    width,
    height: 1,
    bytes,
    psnr: 30,
    ssimulacra2: 70,
    rivals: { mozjpeg: 2 * bytes, webp: bytes, avif },
  }) as const

const rows = [
  row('a', 320, 1000, 500, 'native'),
  row('a', 320, 3000, 1500, 'jpeg'),
  row('a', 640, 4000, 3000, 'native'),
  row('b', 320, 2000, null, 'native'),
  row('b', 512, 6000, 5000, 'native'),
]

describe('summarizeDelivered', () => {
  const { delivered, stored } = summarizeDelivered(rows)

  it('gives means over the pictures that have a width, for each way to deliver it', () => {
    expect(delivered.map(({ width, way, images, bytes }) => [width, way, images, bytes])).toEqual([
      [320, 'native', 2, 1500],
      [320, 'jpeg', 1, 3000],
      [512, 'native', 1, 6000],
      [640, 'native', 1, 4000],
    ])
    expect(delivered[0]?.rivals).toEqual({ mozjpeg: 3000, webp: 1500, avif: 500 })
  })

  it("counts our file once and a rival's file for each width, and no ladder with a gap", () => {
    expect(stored).toEqual({ images: 2, bytes: 5000, rivals: { mozjpeg: 13000, webp: 6500, avif: 3500 } })
  })

  it('reports a codec that never reaches the score', () => {
    const only = summarizeDelivered([row('a', 320, 1000, null, 'native')])
    expect(only.stored.rivals.avif).toBeNull()
    expect(formatDelivered(only).split('\n').at(-1)).toMatch(
      /stored\s+1\.0\s+2\.0\s+0\.50\s+1\.0\s+1\.00\s+-\s+-$/,
    )
  })
})
