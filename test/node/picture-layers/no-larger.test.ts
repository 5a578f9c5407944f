import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodePicture, openPicture } from '../../../src/node/ingest/ingest.ts'
import { noLargerLayer } from '../../../src/node/picture-layers/no-larger.ts'
import { chart } from './pictures.ts'

describe('a layer with more bytes than its JPEG', () => {
  it.each(['webp', 'avif'] as const)(
    'is made as %s that has nearly as many, and a fair score',
    async (coding) => {
      const jpeg = new Uint8Array(
        await sharp(await chart(420, 300))
          .jpeg({ quality: 30 })
          .toBuffer(),
      )
      const picture = await decodePicture(await openPicture(jpeg), {})
      const larger = { coding, file: new Uint8Array(jpeg.length + 1), lossless: false, score: 75 } as const
      const made = await noLargerLayer(larger, picture, jpeg.length, coding)
      expect(made.coding).toBe(coding)
      expect(made.file.length).toBeLessThanOrEqual(jpeg.length)
      expect(made.score).toBeGreaterThan(60)
    },
  )

  it('stays as it is where no setting is small enough, or where it is no larger', async () => {
    const picture = await decodePicture(await openPicture(await chart(120, 90)), {})
    const layer = { coding: 'avif', file: new Uint8Array(500), lossless: false, score: 75 } as const
    expect(await noLargerLayer(layer, picture, 10)).toBe(layer)
    expect(await noLargerLayer(layer, picture, 500)).toBe(layer)
  })
})
