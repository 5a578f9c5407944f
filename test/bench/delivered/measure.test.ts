import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { measureDelivered } from '../../../src/bench/delivered/measure.ts'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import { decodeRows } from '../../../src/codec/compass/decoder/decode.ts'
import { hyperThumbnail } from '../../../src/codec/hyperthumbnail/index.ts'
import { createRuntime } from '../../../src/node/compose.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { folder } from '../../cli/harness.ts'
import { decodePicture, openModel } from '../../codec/hyperthumbnail/harness.ts'

describe('measureDelivered', () => {
  it('measures each width in every way of delivery', { timeout: 120_000 }, async () => {
    const raw = { width: 640, height: 64, channels: 3 } as const
    const png = new Uint8Array(
      await sharp(paint(640, 64, hills(640, 64)).data, { raw })
        .png()
        .toBuffer(),
    )
    const runtime = await createRuntime('wasm')
    const rows = await measureDelivered(join(await folder({ 'a.png': png }), 'a.png'), {
      jpegQuality: 75,
      metric: 'ssimulacra2',
      codec: loadCodec(),
      decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime }),
      rescaler: hyperThumbnail({ model: openModel(), decodePicture }),
    })
    expect(rows.map(({ image, way, width, height }) => [image, way, width, height])).toEqual([
      ['a', 'native', 320, 32],
      ['a', 'jpeg', 320, 32],
      ['a', 'hyperthumbnail', 320, 32],
      ['a', 'native', 640, 64],
      ['a', 'jpeg', 640, 64],
    ])
    const [native, jpeg, hidden, larger] = rows
    // A JPEG of a layer is never better than the layer, and what hides the next one is about as large.
    expect(jpeg!.psnr).toBeLessThan(native!.psnr)
    expect(jpeg!.ssimulacra2).toBeLessThan(native!.ssimulacra2!)
    expect(hidden!.bytes / jpeg!.bytes).toBeGreaterThan(0.5)
    expect(hidden!.bytes / jpeg!.bytes).toBeLessThan(2)
    expect(larger!.bytes).toBeGreaterThan(native!.bytes)
    for (const { rivals, psnr } of rows) {
      expect(psnr).toBeGreaterThan(15)
      expect(rivals.webp).toBeGreaterThan(100)
    }
  })
})
