import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { CODECS, measureThumbnails } from '../../../src/bench/thumbnail/measure.ts'
import { hyperThumbnail } from '../../../src/codec/hyperthumbnail/index.ts'
import { irn as invertible } from '../../../src/codec/irn/index.ts'
import { upscale } from '../../../src/codec/irn/restore.ts'
import type { Size } from '../../../src/core/box.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { folder } from '../../cli/harness.ts'
import { decodePicture, openModel } from '../../codec/hyperthumbnail/harness.ts'
import { encodePng, openModel as openIrn } from '../../codec/irn/harness.ts'
import { photo } from '../../pictures.ts'

describe('measureThumbnails', () => {
  it('measures every way to send a picture', async () => {
    const raw = { width: 65, height: 49, channels: 3 } as const
    const png = new Uint8Array(await sharp(photo(65, 49).data, { raw }).png().toBuffer())
    const path = join(await folder({ 'a.png': png }), 'a.png')
    const rescaler = hyperThumbnail({ model: openModel(), decodePicture })
    const model = openIrn(2)
    const irn = {
      rescaler: invertible({ model, decodePicture, encodePng }),
      upscale: (low: RgbImage, high: Size) => upscale(low, high, model),
    }
    const rows = await measureThumbnails(path, { rescaler, irn, qualities: [50, 90], width: 64 })
    expect(new Set(rows.map(({ codec }) => codec))).toEqual(new Set(CODECS))
    for (const row of rows) {
      expect(row.image).toBe('a')
      expect(row.bytes).toBeGreaterThan(100)
      expect(row.psnr).toBeGreaterThan(15)
      expect(row.ssimulacra2).toBeLessThan(100)
      expect(row.low === undefined).toBe(['webp', 'avif'].includes(row.codec))
    }
    const own = rows.filter(({ codec }) => codec === 'hyperthumbnail')
    expect(own.map(({ quality }) => quality)).toEqual([50, 90])
    expect(own[0]!.bytes).toBeLessThan(own[1]!.bytes)
    const [through, lossless] = rows.filter(({ codec }) => codec === 'irn').slice(-2)
    expect(lossless!.psnr).toBeGreaterThan(through!.psnr)
  })
})
