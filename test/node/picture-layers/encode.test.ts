import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { hasAlpha, holdsPictures, isLossless, NO_MODEL_SET } from '../../../src/format/coding.ts'
import { readPictureLayer } from '../../../src/format/layers.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { decode, encode, info } from '../../../src/node/codec.ts'
import { decodePictureLayer } from '../../../src/node/decode-layer.ts'
import { encodePng } from '../../codec/irn/harness.ts'
import { noise, photo } from '../../pictures.ts'
import { chart, logo, png } from './pictures.ts'

describe('what a picture is coded as', () => {
  it('is COMPASS for a photograph', async () => {
    const file = await encode(await encodePng(photo(240, 160)))
    expect(holdsPictures(readHeader(file))).toBe(false)
  })

  it('is pictures for a drawing, at half of its width too, each smaller than it was', async () => {
    const original = await chart(480, 360)
    const { modelSet, layers } = readHeader(await encode(original))
    expect(modelSet).toBe(NO_MODEL_SET)
    expect(layers.map(({ width }) => width)).toEqual(expect.arrayContaining([240, 480]))
    expect(layers.at(-1)!.end - layers.at(-1)!.start).toBeLessThan(original.length)
  })

  it('is pictures with alpha for a logo, with no fringes after it was resized', async () => {
    const file = await encode(await logo(300))
    const { layers } = readHeader(file)
    expect(layers.every((layer) => hasAlpha(layer))).toBe(true)
    for (const { index, width } of layers) {
      const { data, channels } = (await decodePictureLayer(file, index))!
      expect(channels).toBe(4)
      expect(data[3]).toBeLessThanOrEqual(2)
      const centre = 4 * (width * Math.floor(width / 2) + Math.floor(width / 2))
      expect(data[centre + 3]).toBeGreaterThanOrEqual(253)
      // The edge has the disc's colour: nothing dark or light bleeds in from outside. What shows of an error is its share of alpha.
      const shown = (value: number, expected: number, alpha: number) =>
        (Math.abs(value - expected) * alpha) / 255
      for (let at = 0; at < data.length; at += 4) {
        expect(shown(data[at]!, 220, data[at + 3]!)).toBeLessThan(40)
        expect(shown(data[at + 1]!, 60, data[at + 3]!)).toBeLessThan(40)
      }
    }
  })

  it.each([
    { coding: 'webp' as const, magic: 'RIFF' },
    { coding: 'avif' as const, magic: 'ftyp' },
  ])('is $coding for all layers when that is asked for', async ({ coding, magic }) => {
    const file = await encode(await encodePng(photo(200, 120)), { coding })
    const { layers } = readHeader(file)
    expect(layers.map((layer) => layer.coding)).toEqual(layers.map(() => coding))
    for (const layer of layers) {
      expect([75, 100]).toContain(layer.quality)
      if (coding === 'avif') expect(layer.score).toBeGreaterThanOrEqual(74)
      expect(Buffer.from(readPictureLayer(file, layer)).toString('latin1').slice(0, 12)).toContain(magic)
    }
  })

  it('takes no more bytes than a JPEG that was compressed more, unless a quality is asked for', async () => {
    const original = await sharp(await encodePng(photo(240, 160)))
      .jpeg({ quality: 8 })
      .toBuffer()
    const lengthOf = async (quality?: number) => {
      const { layers } = readHeader(
        await encode(original, { coding: 'avif', widths: '240', ...(quality && { quality }) }),
      )
      return layers.at(-1)!.end - layers.at(-1)!.start
    }
    expect(await lengthOf()).toBeLessThanOrEqual(original.length)
    expect(await lengthOf(80)).toBeGreaterThan(original.length)
  })

  it('is COMPASS on the matte when that is asked for', async () => {
    const file = await encode(await logo(96), { coding: 'compass', background: '00ff00', widths: '96' })
    expect(holdsPictures(readHeader(file))).toBe(false)
    const { data } = await decode(file)
    expect(data[1]! - data[0]!).toBeGreaterThan(150)
  })

  it('has the widths that are asked for, the best of equal ones, and the score of each', async () => {
    const original = await encodePng(photo(200, 120))
    const file = await encode(original, { coding: 'webp', widths: '60,120@25,120@82' })
    const { layers } = await info(file)
    expect(layers.map(({ width }) => width)).toEqual([60, 120])
    const searched = await info(await encode(original, { coding: 'webp', widths: '120', quality: 'auto:60' }))
    expect(Math.abs(searched.layers[0]!.score! - 60)).toBeLessThanOrEqual(3)
    expect(searched.layers[0]!.end).toBeLessThan(layers[1]!.end - layers[1]!.start)
  })
})

describe('flat colours', () => {
  const sizes = [
    [1, 1],
    [1, 200],
    [3, 2],
    [16, 16],
    [64, 48],
    [200, 200],
  ] as const
  it.each(
    sizes.flatMap(
      (size) =>
        [
          [...size, 128, 96, 64],
          [...size, 250, 3, 127],
        ] as const,
    ),
  )('%d × %d of rgb(%d, %d, %d) are exact', async (width, height, ...colour) => {
    const file = await encode(await png(width, height, () => colour))
    const { layers } = readHeader(file)
    expect(isLossless(layers.at(-1)!)).toBe(true)
    const { data } = await decode(file)
    expect(data).toEqual(new Uint8Array(Array.from({ length: width * height }, () => colour).flat()))
  })
})

describe('a line of pixels', () => {
  it('is no photograph: every pixel is kept', async () => {
    const file = await encode(await png(300, 1, (x) => (x < 150 ? [200, 30, 30] : [30, 30, 200])))
    const header = readHeader(file)
    expect(holdsPictures(header)).toBe(true)
    expect(header.layers.every(isLossless)).toBe(true)
  })
})

describe('a tiny picture', () => {
  it.each(['noise', 'alpha'])('of %s is exact', async (kind) => {
    const { data } = noise(32, 32, 3)
    const alphas = noise(32, 32, 4).data
    const original = await png(32, 32, (x, y) => {
      const at = 3 * (32 * y + x)
      const rgb = [...data.subarray(at, at + 3)]
      return kind === 'noise' ? rgb : [...rgb, alphas[at]!]
    })
    const file = await encode(original)
    const decoded = (await decodePictureLayer(file, 0))!
    const expected = await sharp(original).raw().toBuffer()
    expect(Buffer.from(decoded.data).equals(expected)).toBe(true)
  })

  it.each([
    {
      name: 'grey of 1 bit',
      make: () =>
        sharp(Buffer.from([0, 255, 255, 0]), { raw: { width: 2, height: 2, channels: 1 } }).png({
          palette: true,
          colours: 2,
        }),
    },
    {
      name: 'grey',
      make: () =>
        sharp(Buffer.from(noise(9, 7, 1).data.subarray(0, 63)), { raw: { width: 9, height: 7, channels: 1 } })
          .toColourspace('b-w')
          .png(),
    },
    {
      name: 'grey and alpha',
      make: () =>
        sharp(Buffer.from(noise(9, 7, 1).data.subarray(0, 126)), {
          raw: { width: 9, height: 7, channels: 2 },
        })
          .toColourspace('b-w')
          .png(),
    },
    {
      name: 'an interlaced one',
      make: () =>
        sharp(noise(33, 31, 2).data, { raw: { width: 33, height: 31, channels: 3 } }).png({
          progressive: true,
        }),
    },
    {
      name: 'a palette',
      make: () =>
        sharp(noise(20, 20, 2).data, { raw: { width: 20, height: 20, channels: 3 } }).png({
          palette: true,
          colours: 7,
        }),
    },
    {
      name: '16 bits',
      make: () =>
        sharp(noise(21, 20, 2).data, { raw: { width: 21, height: 20, channels: 3 } })
          .toColourspace('rgb16')
          .png(),
    },
  ])('PNG of $name is exact', async ({ make }) => {
    const original = await make().toBuffer()
    const file = await encode(new Uint8Array(original))
    const raw = (input: Buffer | Uint8Array) =>
      sharp(input).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer()
    const layer = readPictureLayer(file, readHeader(file).layers[0]!)
    expect((await raw(layer)).equals(await raw(original))).toBe(true)
  })
})
