import { describe, expect, it } from 'vitest'
import { embed } from '../../../src/codec/hyperthumbnail/embed.ts'
import { findMarker } from '../../../src/codec/hyperthumbnail/marker.ts'
import { restore } from '../../../src/codec/hyperthumbnail/restore.ts'
import { modelQuality } from '../../../src/codec/hyperthumbnail/settings.ts'
import { referenceEngine } from '../../../src/network/reference.ts'
import { createWasmJpeg } from '../../../src/pixels/jpeg/forward-wasm.ts'
import { jpegSegments, readJpeg } from '../../../src/pixels/jpeg/reader.ts'
import { createJudge } from '../../../src/pixels/judge.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { kernelModule } from '../../kernels.ts'
import { photo } from '../../pictures.ts'
import { readByJpegJs, readBySharp } from '../../pixels/jpeg/read.ts'
import { decodePicture, openModel, stripsOf } from './harness.ts'

describe('embed', () => {
  const model = openModel()
  const picture = photo(208, 240)
  const options = { high: picture, low: { width: 104, height: 120 }, quality: 75 }

  it('embeds and restores the same bytes however the picture is cut into windows', async () => {
    const file = await embed([picture], options, { model })
    const restored = await restore(file, { model, decodePicture })
    for (const windowPixels of [208 * 48, 208 * 160]) {
      expect(await embed(stripsOf(picture, 100), options, { model, windowPixels })).toEqual(file)
      const { image } = await restore(file, { model, decodePicture, windowPixels })
      expect(Buffer.compare(image.data, restored.image.data)).toBe(0)
    }
  })

  it('writes the same file with every engine and JPEG kernel', async () => {
    const small = photo(48, 32)
    const sizes = { high: small, low: { width: 24, height: 16 }, quality: 60 }
    const file = await embed([small], sizes, { model })
    expect(await embed([small], sizes, { model: openModel(2, referenceEngine) })).toEqual(file)
    expect(await embed([small], sizes, { model, kernel: createWasmJpeg(kernelModule()) })).toEqual(file)
  })

  it('writes a baseline JPEG that other decoders decode alike', async () => {
    const file = await embed([picture], options, { model })
    const [one, two] = [await readBySharp(file), readByJpegJs(file)]
    expect(one).toMatchObject(options.low)
    const largest = one.data.reduce((most, value, i) => Math.max(most, Math.abs(value - two.data[i]!)), 0)
    expect(largest).toBeLessThanOrEqual(3)
  })

  it('hides nothing at strength 0, and more and more visibly above it', async () => {
    const [shown, restored] = [createJudge(resample(picture, 104, 120, 'bicubic')), createJudge(picture)]
    const found = await Promise.all(
      [0, 0.5, 1].map(async (strength) => {
        const file = await embed([picture], { ...options, quality: 95, strength }, { model })
        const { image } = await restore(file, { model, decodePicture })
        return {
          shown: shown.scores(await readBySharp(file)).psnr,
          restored: restored.score(image, 'ssimulacra2'),
        }
      }),
    )
    const [none, half, full] = found as [(typeof found)[0], (typeof found)[0], (typeof found)[0]]
    expect(none.shown).toBeGreaterThan(full.shown + 1)
    expect(half.shown).toBeGreaterThan(full.shown)
    expect(half.restored).toBeGreaterThan(none.restored + 1)
  })

  it('describes the hidden picture in the marker', async () => {
    const odd = photo(75, 61)
    const sizes = { high: odd, low: { width: 38, height: 30 }, quality: 42 }
    const file = await embed([odd], sizes, { model })
    const marker = findMarker(jpegSegments(file))
    expect(marker).toMatchObject({
      factor: 2,
      quality: modelQuality(2, 42),
      strength: 50,
      model: model.id,
      high: { width: 75, height: 61 },
    })
    const { layout } = readJpeg(file).coefficients
    expect(layout).toMatchObject({ ...sizes.low, subsampling: '444' })
  })
})
