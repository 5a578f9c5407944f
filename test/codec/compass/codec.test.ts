import { describe, expect, it } from 'vitest'
import { decodeLayer, decodeRows, layerSymbols } from '../../../src/codec/compass/decoder/decode.ts'
import { truncateToLayer } from '../../../src/format/ranges.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { generator, PICTURES, photo, psnr } from '../../pictures.ts'
import { encode, largestDifference, runtime } from './harness.ts'

describe('the layered codec', () => {
  it('decodes every prefix to the same pixels as that layer of the whole file', async () => {
    const bytes = await encode(photo(192, 128, 3), [64, 128, 192])
    for (const layer of [0, 1, 2]) {
      const options = { runtime: await runtime('wasm') }
      const whole = await decodeLayer(bytes, { ...options, layer })
      const prefix = await decodeLayer(truncateToLayer(bytes, layer), options)
      expect(prefix.width).toBe([64, 128, 192][layer])
      expect(Buffer.compare(whole.data, prefix.data)).toBe(0)
    }
  })

  it('decodes a file cut inside a layer to the last whole layer', async () => {
    const bytes = await encode(photo(96, 64, 5), [48, 96])
    const end = readHeader(bytes).layers[1]?.end ?? 0
    const cut = await decodeLayer(bytes.subarray(0, end - 1), { runtime: await runtime('wasm') })
    expect(cut.width).toBe(48)
  })

  it('reaches the expected PSNR, which rises with the quality', async () => {
    const picture = photo(240, 160, 9)
    const results = []
    for (const quality of [15, 45, 75]) {
      const bytes = await encode(picture, [120, 240], { quality })
      results.push({
        bytes: bytes.length,
        psnr: psnr(await decodeLayer(bytes, { runtime: await runtime('node') }), picture),
      })
    }
    const [low, middle, high] = results as [
      { bytes: number; psnr: number },
      { bytes: number; psnr: number },
      { bytes: number; psnr: number },
    ]
    expect(low.psnr).toBeGreaterThan(20)
    expect(middle.psnr).toBeGreaterThan(low.psnr + 0.5)
    expect(high.psnr).toBeGreaterThan(middle.psnr + 0.5)
    expect(middle.bytes).toBeGreaterThan(low.bytes)
    expect(high.bytes).toBeGreaterThan(middle.bytes)
  })

  it('improves a layer of the same size when its quality rises', async () => {
    const picture = photo(160, 120, 2)
    const bytes = await encode(picture, [
      { width: 160, quality: 20 },
      { width: 160, quality: 80 },
    ])
    const [coarse, fine] = await Promise.all(
      [0, 1].map(async (layer) =>
        psnr(await decodeLayer(bytes, { runtime: await runtime('node'), layer }), picture),
      ),
    )
    expect(fine).toBeGreaterThan((coarse ?? 0) + 1)
  })

  it.each([
    [1, 1, [1]],
    [1, 700, [1]],
    [5, 3, [2, 5]],
    [427, 91, [213, 427]],
    [33, 530, [11, 17, 33]],
    [130, 257, [61, 130]],
  ])('encodes and decodes a picture of %d x %d pixels', async (width, height, widths) => {
    const picture = photo(width, height, width + height)
    const bytes = await encode(picture, widths, { verify: true })
    const decoded = await decodeLayer(bytes, { runtime: await runtime('wasm') })
    expect([decoded.width, decoded.height]).toEqual([width, height])
    expect(psnr(decoded, picture)).toBeGreaterThan(15)
  })

  it('decodes the same symbols in both runtimes, and pixels within one step, for every kind of picture', async () => {
    const random = generator(11)
    for (const [i, draw] of Object.values(PICTURES).entries()) {
      const [width, height] = [20 + Math.floor(random() * 150), 20 + Math.floor(random() * 300)]
      const bytes = await encode(draw(width, height, i), [Math.ceil(width / 2.3), width], {
        quality: 10 + 20 * i,
      })
      const [a, b] = await Promise.all([runtime('node'), runtime('wasm')])
      expect(await layerSymbols(bytes, { runtime: a })).toEqual(await layerSymbols(bytes, { runtime: b }))
      const [x, y] = [await decodeLayer(bytes, { runtime: a }), await decodeLayer(bytes, { runtime: b })]
      expect(largestDifference(x.data, y.data)).toBeLessThanOrEqual(1)
    }
  })

  it('keeps symbols equal and pixels within one step over eight layers', async () => {
    const widths = [24, 32, 48, 64, 85, 128, 150, 200]
    const bytes = await encode(photo(200, 140, 4), widths, { quality: 70 })
    const [a, b] = await Promise.all([runtime('node'), runtime('wasm')])
    expect(await layerSymbols(bytes, { runtime: a })).toEqual(await layerSymbols(bytes, { runtime: b }))
    const [x, y] = [await decodeLayer(bytes, { runtime: a }), await decodeLayer(bytes, { runtime: b })]
    expect(largestDifference(x.data, y.data)).toBeLessThanOrEqual(1)
  })

  it('streams strips of at most 256 rows from top to bottom', async () => {
    const bytes = await encode(photo(64, 600, 8), [32, 64])
    const heights: number[] = []
    for await (const strip of decodeRows(bytes, { runtime: await runtime('wasm') }))
      heights.push(strip.height)
    expect(heights).toEqual([256, 256, 88])
  })

  it('shows no seam between strips', async () => {
    const picture = photo(96, 512, 6)
    const decoded = await decodeLayer(await encode(picture, [48, 96], { quality: 80 }), {
      runtime: await runtime('wasm'),
    })
    const error = (row: number) => {
      let sum = 0
      for (let i = row * 288; i < (row + 1) * 288; i++)
        sum += ((decoded.data[i] ?? 0) - (picture.data[i] ?? 0)) ** 2
      return sum / 288
    }
    const around = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => error(from + i))
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    expect(mean(around(254, 258))).toBeLessThan(2.5 * mean(around(64, 448)) + 1)
  })

  it('throws MODEL_UNKNOWN that names the model set for a file of another model set', async () => {
    const node = await runtime('node')
    const other = { ...node, manifest: { ...node.manifest, modelSet: '0123456789abcdef' } }
    const bytes = await encode(photo(32, 32), [32], { encoder: other })
    await expect(decodeLayer(bytes, { runtime: node })).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringContaining('0123456789abcdef'),
    })
  })

  it('refuses a layer that the file does not have or that is incomplete', async () => {
    const bytes = await encode(photo(64, 48), [32, 64])
    const options = { runtime: await runtime('node') }
    await expect(decodeLayer(bytes, { ...options, layer: 2 })).rejects.toMatchObject({
      code: 'PARAM_INVALID',
    })
    const prefix = truncateToLayer(bytes, 0)
    await expect(decodeLayer(prefix, { ...options, layer: 1 })).rejects.toMatchObject({
      code: 'FORMAT_TRUNCATED',
    })
    const head = bytes.subarray(0, readHeader(bytes).headerLength)
    await expect(decodeLayer(head, options)).rejects.toMatchObject({ code: 'FORMAT_TRUNCATED' })
  })

  it('refuses a file with any damaged byte with a StrataError', async () => {
    const bytes = await encode(photo(64, 48), [32, 64])
    const start = readHeader(bytes).layers[0]?.start ?? 0
    for (let at = start; at < bytes.length; at += 37) {
      const damaged = bytes.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      const code = expect.stringMatching(
        /^(FORMAT_CHECKSUM|FORMAT_INVALID|FORMAT_TRUNCATED|ENTROPY_CORRUPT)$/,
      )
      await expect(decodeLayer(damaged, { runtime: await runtime('node') })).rejects.toMatchObject({ code })
    }
  })

  it('resizes each layer from the source', async () => {
    const picture = photo(200, 100, 12)
    const bytes = await encode(picture, [50, 100, 200], { quality: 90 })
    const decoded = await decodeLayer(bytes, { runtime: await runtime('node'), layer: 0 })
    expect(psnr(decoded, resample(picture, 50, 25))).toBeGreaterThan(22)
  })
})
