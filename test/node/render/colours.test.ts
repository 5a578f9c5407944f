import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sniffFormat } from '../../../src/format/sniff.ts'
import { gradient, photo, psnr } from '../../pictures.ts'
import { rawOf, rendered, renderedPixels, storedAs, withCorners } from './pictures.ts'

const FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const

/** The first pixel of a rendered file, with its alpha where it has one. */
async function firstPixel(file: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  return [...data.subarray(0, info.channels)]
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(tolerance)
}

describe('a rendered picture', () => {
  it.each(FORMATS)('is the whole picture as %s, near the original', async (format) => {
    const original = photo(160, 120)
    const file = await rendered(await rawOf(original).png().toBuffer(), `f=${format}&q=90`)
    expect(sniffFormat(file)).toBe(format)
    const pixels = await renderedPixels(await rawOf(original).png().toBuffer(), `f=${format}&q=90`)
    expect(psnr(pixels, original)).toBeGreaterThan(format === 'png' ? 1000 : 30)
  })

  it.each(FORMATS)('of %s has no metadata', async (format) => {
    const original = await rawOf(photo(120, 90))
      .withExif({
        IFD0: { Copyright: 'nobody' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
      })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    const before = await sharp(original).metadata()
    for (const name of ['exif', 'icc', 'xmp'] as const) expect(before[name]).toBeDefined()
    for (const query of [`f=${format}`, `f=${format}&w=60`, `f=${format}&w=60&h=60&fit=cover&wait=1`]) {
      const file = await rendered(original, query)
      const after = await sharp(file).metadata()
      for (const name of ['exif', 'icc', 'xmp', 'iptc', 'orientation'] as const)
        expect(after[name]).toBeUndefined()
      expect(Buffer.from(file).includes('GPS') || Buffer.from(file).includes('nobody')).toBe(false)
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is upright for orientation %i, whole, scaled and in part',
    async (orientation) => {
      const upright = withCorners(photo(96, 64))
      const stored = rawOf(storedAs(upright, orientation)).withMetadata({ orientation })
      const file = await stored.png().toBuffer()
      const plain = await rawOf(upright).png().toBuffer()
      for (const query of [
        'f=png',
        'f=png&w=41',
        'f=png&w=40&h=40&fit=cover&focus=1,0',
        'f=png&w=20&h=60&bg=123456',
      ]) {
        const [turned, expected] = [await renderedPixels(file, query), await renderedPixels(plain, query)]
        expect([turned.width, turned.height]).toEqual([expected.width, expected.height])
        // The filter runs in the order of the stored rows and columns, so that a rounding may differ.
        expect(psnr(turned, expected), query).toBeGreaterThan(query === 'f=png' ? 1000 : 45)
      }
    },
  )

  it.each(FORMATS)('of %s keeps alpha where the format can, and lies on white or bg else', async (format) => {
    const data = new Uint8Array(4 * 64 * 64)
    for (let i = 0; i < data.length; i += 4) data.set([200, 80, 40, i < data.length / 2 ? 0 : 255], i)
    const original = await rawOf({ width: 64, height: 64, data }, 4).png().toBuffer()
    const file = await rendered(original, `f=${format}&w=32&q=90`)
    const { hasAlpha } = await sharp(file).metadata()
    expect(hasAlpha).toBe(format !== 'jpeg')
    if (format === 'jpeg') expectNear(await firstPixel(file), [255, 255, 255], 8)
    else expect((await firstPixel(file))[3]).toBeLessThanOrEqual(2)
    const onBlue = await rendered(original, `f=${format}&w=32&q=90&bg=0000ff`)
    expect((await sharp(onBlue).metadata()).hasAlpha).toBe(false)
    expectNear(await firstPixel(onBlue), [0, 0, 255], 12)
  })

  it('drops an alpha channel that hides nothing', async () => {
    const opaque = await rawOf(photo(40, 30)).ensureAlpha().png().toBuffer()
    expect((await sharp(opaque).metadata()).hasAlpha).toBe(true)
    for (const format of ['png', 'webp', 'avif'])
      expect((await sharp(await rendered(opaque, `f=${format}`)).metadata()).hasAlpha).toBe(false)
    expect(psnr(await renderedPixels(opaque, 'f=png'), photo(40, 30))).toBe(Number.POSITIVE_INFINITY)
  })

  it('keeps the alpha of grey and of 16-bit pictures', async () => {
    const values = Uint8Array.of(100, 0, 100, 128, 100, 255)
    const grey = sharp(values, { raw: { width: 3, height: 1, channels: 2 } }).toColourspace('b-w')
    const { data } = await sharp(await rendered(await grey.png().toBuffer(), 'f=png'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expectNear([...data].slice(4), [100, 100, 100, 128, 100, 100, 100, 255], 1)
    const deep = Uint16Array.of(0x8000, 0x4000, 0xffff, 0x8000, 0, 0, 0, 0xffff)
    const rgba = sharp(deep, { raw: { width: 2, height: 1, channels: 4 } }).toColourspace('rgb16')
    const file = await rendered(await rgba.png().toBuffer(), 'f=png')
    expect(await sharp(file).metadata()).toMatchObject({ depth: 'uchar', channels: 4 })
    expectNear(await firstPixel(file), [128, 64, 255, 128], 1)
  })

  it('has 8 bits and sRGB whatever came in', async () => {
    const original = gradient(48, 48)
    const sources = {
      'Display P3': rawOf(original).withIccProfile('p3').png(),
      '16 bits': rawOf(original).toColourspace('rgb16').png(),
      '16 bits of Display P3': rawOf(original).toColourspace('rgb16').withIccProfile('p3').png(),
      'P3 JPEG': rawOf(original).withIccProfile('p3').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    }
    for (const [name, source] of Object.entries(sources)) {
      const file = await source.toBuffer()
      expect((await sharp(await rendered(file, 'f=png')).metadata()).depth).toBe('uchar')
      for (const query of ['f=png', 'f=png&w=24'])
        expect(
          psnr(
            await renderedPixels(file, query),
            await renderedPixels(await rawOf(original).png().toBuffer(), query),
          ),
          `${name} ${query}`,
        ).toBeGreaterThan(38)
    }
  })

  it('converts CMYK while it shrinks', async () => {
    const cmyk = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a09080' } })
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    for (const format of FORMATS)
      expectNear(await firstPixel(await rendered(cmyk, `f=${format}&w=8&q=95`)), [0xa0, 0x90, 0x80], 20)
  })

  it('shows the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(300, 40), Buffer.alloc(300, 200)])
    const raw = { width: 10, height: 20, channels: 3, pageHeight: 10 } as const
    const gif = await sharp(frames, { raw }).gif().toBuffer()
    for (const format of FORMATS) {
      const { width, height, pages } = await sharp(await rendered(gif, `f=${format}`)).metadata()
      expect([width, height, pages ?? 1]).toEqual([10, 10, 1])
    }
  })
})

describe('the quality of a rendered picture', () => {
  it.each(['avif', 'avif&wait=1', 'webp', 'jpeg'])(
    'rises with q and with the bytes, as %s',
    async (format) => {
      const original = photo(200, 150)
      const file = await rawOf(original).png().toBuffer()
      const results = []
      // libwebp's scale ends where a JPEG's has 95.
      for (const q of format === 'webp' ? [1, 40, 75, 95] : [1, 40, 75, 95, 100]) {
        const bytes = (await rendered(file, `f=${format}&q=${q}`)).length
        results.push([bytes, psnr(await renderedPixels(file, `f=${format}&q=${q}`), original)] as const)
      }
      for (const [i, [bytes, decibels]] of results.entries()) {
        if (i === 0) continue
        expect(bytes).toBeGreaterThan(results[i - 1]![0])
        expect(decibels).toBeGreaterThan(results[i - 1]![1])
      }
    },
  )

  it('is 75 by default, and nothing in PNG', async () => {
    const file = await rawOf(photo(64, 64)).png().toBuffer()
    expect(await rendered(file, 'f=webp')).toEqual(await rendered(file, 'f=webp&q=75'))
    expect(await rendered(file, 'f=png&q=1')).toEqual(await rendered(file, 'f=png&q=100'))
    expect(sniffFormat(await rendered(file, ''))).toBe('jpeg')
  })

  it('is reached by another file of AVIF where somebody waits', async () => {
    const file = await rawOf(photo(320, 240)).png().toBuffer()
    const [slow, fast] = [await rendered(file, 'f=avif'), await rendered(file, 'f=avif&wait=1')]
    expect(slow).not.toEqual(fast)
  })
})
