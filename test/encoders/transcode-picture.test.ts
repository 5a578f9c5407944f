import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/core/crc32c.ts'
import { createAvifDecoder } from '../../src/edge/transcoder/decoders/avif.ts'
import { createPngDecoder } from '../../src/edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from '../../src/edge/transcoder/decoders/webp.ts'
import { createAvifEncoder } from '../../src/edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../../src/edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../../src/edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../src/edge/transcoder/encoders/webp.ts'
import { type TranscodeParts, transcodeLayer } from '../../src/edge/transcoder/transcode-layer.ts'
import type { TranscodeRequest } from '../../src/edge/transcoder/transcoder.ts'
import { LAYER_CHECKSUM, writeField } from '../../src/format/layout.ts'
import { readHeader } from '../../src/format/reader.ts'
import { writePictures } from '../../src/format/writer.ts'
import { AVIF_WASM, packageWasm, WEBP_WASM } from '../../src/node/package-wasm.ts'
import { forge } from '../format/files.ts'
import { animationFile, type Drawing, logo, pictureFile } from '../format/picture-files.ts'

const encoders = {
  jpeg: createJpegEncoder(),
  png: createPngEncoder(),
  webp: createWebpEncoder(() => packageWasm(WEBP_WASM)),
  avif: createAvifEncoder(() => packageWasm(AVIF_WASM)),
}
const decoders = Object.fromEntries(
  [
    ...createWebpDecoders(() => packageWasm('@jsquash/webp/codec/dec/webp_dec.wasm')),
    createAvifDecoder(() => packageWasm('@jsquash/avif/codec/dec/avif_dec.wasm')),
    createPngDecoder(),
  ].map((decoder) => [decoder.coding, decoder]),
)
const parts: TranscodeParts = {
  // biome-ignore lint/correctness/useYield: no COMPASS layer is decoded here
  async *decodeRows() {
    throw new Error('expected no COMPASS layer')
  },
  encoders,
  decoders,
}

async function transcode(file: Uint8Array, request: Partial<TranscodeRequest>, using = parts) {
  const layer = readHeader(file).layers[request.layer ?? 0]!
  const { width, height } = layer
  const all = { layer: 0, width, height, format: 'png', quality: 90, ht: 1, ...request } as const
  return await transcodeLayer(file, all, using)
}

async function rgbaOf(file: Uint8Array): Promise<Drawing> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgba: new Uint8Array(data) }
}

/** The picture as it looks on a background. */
function on(rgba: Uint8Array, [r, g, b]: readonly number[]): number[] {
  const ground = [r!, g!, b!]
  return [...rgba].flatMap((value, i) => {
    const alpha = rgba[i - (i % 4) + 3]! / 255
    return i % 4 === 3 ? [] : [value * alpha + ground[i % 4]! * (1 - alpha)]
  })
}

function meanError(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length)
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
}

const CODINGS = ['webp', 'avif', 'png'] as const
const GROUNDS = [
  [255, 255, 255],
  [10, 60, 30],
] as const

describe('a layer that is a picture', () => {
  it.each(CODINGS)('%s is decoded exactly where it is lossless', async (coding) => {
    for (const alpha of [true, false]) {
      const drawing = logo(61, 43, alpha)
      const file = await pictureFile(drawing, [{ width: 61, coding }])
      const { rgba } = await rgbaOf(await transcode(file, {}))
      // Under full transparency a colour may be anything: AVIF and PNG of sharp keep it, and so do we.
      expect(meanError(on(rgba, GROUNDS[1]), on(drawing.rgba, GROUNDS[1]))).toBe(0)
    }
  })

  it.each([
    ['webp', 4],
    ['avif', 4],
    ['png', 1],
  ] as const)('is resized with its alpha and sent as %s, right on any ground', async (format, most) => {
    const drawing = logo(200, 120, true)
    const file = await pictureFile(drawing, [{ width: 200, coding: 'webp' }])
    const size = { width: 83, height: 50 }
    const made = await rgbaOf(await transcode(file, { ...size, format }))
    const reference = sharp(drawing.rgba, { raw: { width: 200, height: 120, channels: 4 } })
    const expected = new Uint8Array(
      await reference
        .resize({ ...size, fit: 'fill' })
        .raw()
        .toBuffer(),
    )
    expect(made).toMatchObject(size)
    for (const ground of GROUNDS) {
      expect(meanError(on(made.rgba, ground), on(expected, ground))).toBeLessThan(most)
    }
  })

  it('is cropped around a focus with its alpha', async () => {
    const drawing = logo(200, 100, true)
    const file = await pictureFile(drawing, [{ width: 200, coding: 'png' }])
    const crop = { width: 100, height: 100, fit: 'cover', focus: { x: 0, y: 0 } } as const
    const made = await rgbaOf(await transcode(file, crop))
    const left = drawing.rgba.filter((_, i) => (i >> 2) % 200 < 100)
    expect(meanError(on(made.rgba, GROUNDS[0]), on(left, GROUNDS[0]))).toBeLessThan(0.05)
  })

  it('lies on the background in any format, and on white in a JPEG', async () => {
    const drawing = logo(80, 60, true)
    const file = await pictureFile(drawing, [{ width: 80, coding: 'webp' }])
    const green = await rgbaOf(await transcode(file, { background: '0a3c1e' }))
    expect(meanError(on(green.rgba, [0, 0, 0]), on(drawing.rgba, GROUNDS[1]))).toBeLessThan(0.5)
    expect(green.rgba.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true)
    const jpeg = await rgbaOf(await transcode(file, { format: 'jpeg', quality: 95 }))
    expect(meanError(on(jpeg.rgba, [0, 0, 0]), on(drawing.rgba, GROUNDS[0]))).toBeLessThan(3)
    const padded = await rgbaOf(
      await transcode(file, { width: 80, height: 100, fit: 'contain', background: '0a3c1e' }),
    )
    expect([...padded.rgba.subarray(0, 4)]).toEqual([10, 60, 30, 255])
  })

  it('of an animation is its first frame, on the whole canvas', async () => {
    const file = await animationFile({ width: 64, height: 40 }, [32, 64], 5)
    const { width, height, rgba } = await rgbaOf(await transcode(file, { layer: 1 }))
    expect([width, height]).toEqual([64, 40])
    const pixel = (x: number, y: number) => [...rgba.subarray(4 * (y * 64 + x), 4 * (y * 64 + x) + 4)]
    expect(pixel(5, 20)).toEqual([250, 30, 40, 255])
    expect(pixel(5, 3)[3]).toBe(0)
    expect(pixel(50, 20)[3]).toBe(0)
  })
})

describe('a layer that lies', () => {
  const drawing = logo(40, 30, true)
  const size = { width: 40, height: 30 }
  const source = { ...size, sha256: '00'.repeat(16) }

  it.each(CODINGS)('about its size is refused before it is decoded: %s', async (coding) => {
    for (const other of [logo(400, 300, true), logo(41, 30, true), logo(39, 30, true)]) {
      const larger = await pictureFile(other, [{ width: other.width, coding }])
      const { start, end } = readHeader(larger).layers[0]!
      const picture = larger.subarray(start, end)
      const file = writePictures({ source, layers: [{ ...size, quality: 100, flags: 3, coding, picture }] })
      await expect(transcode(file, {})).rejects.toMatchObject({
        code: 'FORMAT_INVALID',
        message: expect.stringContaining(`expected a picture of 40x30, got ${other.width}x30`.slice(0, 36)),
      })
    }
  })

  it.each(CODINGS)('about its coding is refused: a file that is not %s', async (coding) => {
    for (const actual of CODINGS.filter((other) => other !== coding)) {
      const other = await pictureFile(drawing, [{ width: 40, coding: actual }])
      const { start, end } = readHeader(other).layers[0]!
      const picture = other.subarray(start, end)
      const file = writePictures({ source, layers: [{ ...size, quality: 100, flags: 3, coding, picture }] })
      await expect(transcode(file, {})).rejects.toMatchObject({ code: 'FORMAT_INVALID' })
    }
  })

  it('is refused where its checksum is wrong, too large, or of a coding without a decoder', async () => {
    const file = await pictureFile(drawing, [{ width: 40, coding: 'avif' }])
    const damaged = file.slice()
    damaged[damaged.length - 5]! ^= 1
    await expect(transcode(damaged, {})).rejects.toMatchObject({ code: 'FORMAT_CHECKSUM' })
    const { avif: _, ...others } = decoders
    const without = { ...parts, decoders: others }
    await expect(transcode(file, {}, without)).rejects.toMatchObject({ code: 'CODING_UNKNOWN' })
    const [width, height] = [2001, 2000]
    const layer = { width, height, quality: 75, coding: 'webp', picture: new Uint8Array(30) } as const
    const large = writePictures({ source: { ...source, width, height }, layers: [layer] })
    const wish = { width: 10, height: 10 }
    await expect(transcode(large, wish)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
  })

  it.each([...CODINGS, 'webp-animated'] as const)(
    'with any bytes changed gives a picture or a typed error: %s',
    async (coding) => {
      const file =
        coding === 'webp-animated'
          ? await animationFile(size, [40], 3)
          : await pictureFile(drawing, [{ width: 40, coding }])
      const header = readHeader(file)
      const { start, end } = header.layers[0]!
      let seed = 1
      const below = (limit: number) => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
        return seed % limit
      }
      for (let i = 0; i < 150; i++) {
        const copy = forge(file, (bytes) => {
          for (let n = 0; n <= i % 4; n++) bytes[start + below(i % 2 ? 80 : end - start)] = below(256)
          const at = header.headerLength - header.placeholder.length - LAYER_CHECKSUM.bytes
          writeField(bytes, LAYER_CHECKSUM, crc32c(bytes.subarray(start, end)), at)
        })
        await transcode(copy, {}).catch((error) => expect(error.code).toMatch(/^FORMAT_/))
      }
    },
  )
})
