import { describe, expect, it } from 'vitest'
import { type ForgedFile, putTogether, takeApart } from '../../../../src/bench/forged/forge.ts'
import { decodeRows, layerSymbols } from '../../../../src/codec/compass/decoder/decode.ts'
import { layerGeometry, stripGeometry } from '../../../../src/codec/compass/shared/geometry.ts'
import { loadDecoderTable } from '../../../../src/codec/compass/shared/tables.ts'
import { MAX_ONNX_STRIP_WIDTH, MAX_STRIP_WIDTH } from '../../../../src/core/limits/table.ts'
import { layerHeight } from '../../../../src/format/ladder.ts'
import { stripCount } from '../../../../src/format/layout.ts'
import { gradient, photo } from '../../../pictures.ts'
import { encode, runtime } from '../harness.ts'

const MIB = 2 ** 20

/** A valid file changed to declare another size, with all dependent fields and checksums corrected. */
async function forgedSize(width: number, height: number): Promise<Uint8Array> {
  const file: ForgedFile = takeApart(await encode(photo(64, 48), [32, 64]))
  for (const layer of file.layers) {
    layer.width = Math.round((layer.width * width) / 64)
    layer.height = layerHeight(layer.width, width, height)
    layer.strips = Array.from({ length: stripCount(layer.height) }, () => layer.strips[0]!)
  }
  return putTogether({ ...file, sourceWidth: width, sourceHeight: height })
}

async function decodeAll(bytes: Uint8Array, maxStripPixels?: number): Promise<number> {
  let rows = 0
  for await (const strip of decodeRows(bytes, { runtime: await runtime('wasm'), maxStripPixels })) {
    rows += strip.height
  }
  return rows
}

describe('a file that declares a false size', () => {
  it.each([
    [65535, 65535, 'FORMAT_INVALID'],
    [65535, 1525, 'ENTROPY_CORRUPT'],
    [1525, 65535, 'ENTROPY_CORRUPT'],
    [10000, 10000, 'ENTROPY_CORRUPT'],
  ])('of %d x %d is refused before memory is allocated for it', async (width, height, code) => {
    const bytes = await forgedSize(width, height)
    await decodeAll(await encode(photo(64, 48), [32, 64]))
    const [memory, started] = [process.resourceUsage().maxRSS, performance.now()]
    await expect(decodeAll(bytes)).rejects.toMatchObject({ code })
    await expect(layerSymbols(bytes, { runtime: await runtime('wasm') })).rejects.toMatchObject({ code })
    expect(performance.now() - started).toBeLessThan(1000)
    expect(1024 * (process.resourceUsage().maxRSS - memory)).toBeLessThan(64 * MIB)
  })

  it('is not confused with a valid file of a picture of one colour', async () => {
    const flat = { ...gradient(600, 40), data: new Uint8Array(3 * 600 * 40).fill(90) }
    for (const quality of [1, 50, 100]) {
      expect(await decodeAll(await encode(flat, [200, 600], { quality }))).toBe(40)
    }
  })
})

describe('maxStripPixels', () => {
  it('takes every layer that is no wider than the table of limits says, whatever its height', async () => {
    const table = await loadDecoderTable(await runtime('wasm'))
    for (const most of [MAX_STRIP_WIDTH, MAX_ONNX_STRIP_WIDTH]) {
      const pixels = (width: number, height: number) => {
        const { hyperRows, hyperColumns } = stripGeometry(layerGeometry({ width, height }, table), 0, table)
        return hyperRows * hyperColumns * (table.patch * table.sideStride) ** 2
      }
      for (const height of [1, 255, 256, 257, 65535]) {
        for (const width of [1, most - 1, most]) expect(pixels(width, height)).toBeLessThanOrEqual(256 * most)
      }
      expect(pixels(most + 1, 256)).toBeGreaterThan(256 * most)
    }
  })

  it('refuses layers with larger strips before it decodes anything, and accepts all others', async () => {
    const bytes = await encode(photo(90, 300), [30, 90])
    const limit = 96 * 256 // a hyper-latent covers 32 x 32 pixels
    await expect(decodeAll(bytes, limit - 1)).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
      message: `layer 1: expected strips of at most ${limit - 1} pixels, got 96x256`,
    })
    expect(await decodeAll(bytes, limit)).toBe(300)
    const base = { runtime: await runtime('wasm'), layer: 0, maxStripPixels: 32 * 128 }
    expect(await layerSymbols(bytes, base)).toHaveLength(1)
  })
})
