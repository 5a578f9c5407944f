import { existsSync, readdirSync, readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { readPicture, resizeLanczos } from '../../src/node/ingest/ingest.ts'

const INPUTS = new URL('../../../shared/data/inputs/', import.meta.url)
const RED = { r: 255, g: 0, b: 0 }

/** Smooth and asymmetric, so that every orientation looks different; edges survive lossy codecs. */
function ramp(width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(
        [(200 * x) / width + 20, (200 * y) / height + 20, (120 * (x + y)) / (width + height)],
        3 * (y * width + x),
      )
    }
  }
  return { width, height, data }
}

function raw(image: RgbImage, channels: 1 | 2 | 3 | 4 = 3) {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels } })
}

function maxDifference(a: RgbImage, b: RgbImage): number {
  expect([a.width, a.height]).toEqual([b.width, b.height])
  return a.data.reduce((max, value, i) => Math.max(max, Math.abs(value - (b.data[i] ?? 0))), 0)
}

function meanDifference(a: RgbImage, b: RgbImage): number {
  expect([a.width, a.height]).toEqual([b.width, b.height])
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length
}

describe('readPicture: formats', () => {
  it.each(['png', 'tiff', 'jpeg', 'webp', 'avif', 'gif'] as const)('reads %s', async (format) => {
    const original = ramp(61, 40)
    const options = format === 'png' || format === 'gif' ? {} : { quality: 95 }
    const decoded = await readPicture(await raw(original).toFormat(format, options).toBuffer())
    const allowed = format === 'png' ? 0 : 40 // GIF has 256 colours, the others are lossy
    expect(maxDifference(decoded, original)).toBeLessThanOrEqual(allowed)
  })

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(300, 40), Buffer.alloc(300, 200)])
    const animation = { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } } as const
    for (const format of ['gif', 'webp'] as const) {
      const file = await sharp(frames, animation).toFormat(format).toBuffer()
      const image = await readPicture(file)
      expect([image.width, image.height]).toEqual([10, 10])
      expect(Math.abs((image.data[0] ?? 0) - 40)).toBeLessThan(8)
    }
  })

  it('reads a view into a larger buffer and leaves it as it is', async () => {
    const png = await raw(ramp(9, 7)).png().toBuffer()
    const buffer = new Uint8Array(png.length + 20).fill(7)
    buffer.set(png, 10)
    const before = buffer.slice()
    const image = await readPicture(buffer.subarray(10, 10 + png.length))
    expect(image.data).toEqual(ramp(9, 7).data)
    expect(buffer).toEqual(before)
  })
})

describe('readPicture: orientation, colour, alpha', () => {
  it('makes the eight EXIF orientations upright', async () => {
    const upright = ramp(48, 32)
    // What has to be done to the upright picture so that a viewer that honours the tag shows it upright.
    const stored: Record<number, () => Sharp> = {
      1: () => raw(upright),
      2: () => raw(upright).flop(),
      3: () => raw(upright).rotate(180),
      4: () => raw(upright).flip(),
      6: () => raw(upright).rotate(270),
      8: () => raw(upright).rotate(90),
    }
    for (const [orientation, make] of Object.entries(stored)) {
      const file = await make()
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer()
      expect(maxDifference(await readPicture(file), upright), `orientation ${orientation}`).toBe(0)
    }
  })

  it('converts Display P3 to sRGB, from 8 bits and from 16', async () => {
    const original = ramp(32, 32)
    const p3 = raw(original).withIccProfile('p3')
    const stored = await p3.clone().png().toBuffer()
    const ignoring = await sharp(stored, { ignoreIcc: true }).raw().toBuffer()
    expect(maxDifference({ ...original, data: ignoring }, original)).toBeGreaterThan(10) // the numbers do differ
    expect(meanDifference(await readPicture(stored), original)).toBeLessThan(1)
    const deep = await raw(original).toColourspace('rgb16').withIccProfile('p3').png().toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    expect(meanDifference(await readPicture(deep), original)).toBeLessThan(1)
  })

  it('leaves 16-bit sRGB with a profile as it is', async () => {
    const original = ramp(32, 32)
    const file = await raw(original).toColourspace('rgb16').withIccProfile('srgb').png().toBuffer()
    expect(await sharp(file).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true })
    expect(maxDifference(await readPicture(file), original)).toBeLessThanOrEqual(1)
  })

  it('converts CMYK', async () => {
    const cmyk = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#a09080' } })
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    const { data } = await readPicture(cmyk)
    for (const [i, value] of [0xa0, 0x90, 0x80].entries())
      expect(Math.abs((data[i] ?? 0) - value)).toBeLessThan(20)
  })

  it('reduces 16 bits to 8', async () => {
    const values = Uint16Array.of(0, 0x00ff, 0x8000, 0xffff)
    const file = await sharp(values, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer()
    const { data } = await readPicture(file)
    expect(Math.abs((data[6] ?? 0) - 128)).toBeLessThanOrEqual(1)
    expect([data[0], data[9]]).toEqual([0, 255])
  })

  it('lays transparent pixels on the matte, white by default, and grey ones on a coloured matte too', async () => {
    const colour = Uint8Array.of(0, 100, 200, 0, 0, 100, 200, 128, 0, 100, 200, 255)
    const rgba = await sharp(colour, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    expect([...(await readPicture(rgba)).data]).toEqual([255, 255, 255, 127, 177, 227, 0, 100, 200])
    const grey = Uint8Array.of(100, 0, 100, 128, 100, 255)
    const greyAlpha = await sharp(grey, { raw: { width: 3, height: 1, channels: 2 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect((await sharp(greyAlpha).metadata()).channels).toBe(2)
    const { data } = await readPicture(greyAlpha, { matte: RED })
    expect([...data]).toEqual([255, 0, 0, 177, 50, 50, 100, 100, 100])
  })
})

describe('readPicture: refusals', () => {
  it('refuses nothing at all', async () => {
    await expect(readPicture(new Uint8Array(0))).rejects.toMatchObject({ code: 'INPUT_EMPTY', status: 400 })
  })

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'an SVG or XML document'],
    ['XML', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG or XML document'],
    ['SVG with a BOM', '\xef\xbb\xbf  <!DOCTYPE svg>', 'an SVG or XML document'],
    ['PDF', '%PDF-1.7', 'a PDF document'],
    ['BMP', 'BM\x10\0\0\0', 'a BMP file'],
    ['text', 'hello', 'text'],
    ['one byte', '\xff', 'something else'],
  ])('refuses %s as unsupported', async (_, text, description) => {
    const error = { code: 'INPUT_UNSUPPORTED', status: 415, message: expect.stringContaining(description) }
    await expect(readPicture(Buffer.from(text, 'latin1'))).rejects.toMatchObject(error)
  })

  it.each(['png', 'tiff', 'jpeg', 'webp', 'avif', 'gif'] as const)(
    'refuses a cut %s as corrupt',
    async (format) => {
      const { width, height, data } = ramp(64, 64)
      const noisy = { width, height, data: data.map((value, i) => value ^ ((i * 2654435761) >>> 28)) }
      const file = await raw(noisy).toFormat(format).toBuffer()
      for (const part of [0.2, 0.5, 0.8, 0.98]) {
        const cut = file.subarray(0, Math.floor(file.length * part))
        await expect(readPicture(cut), `${part}`).rejects.toMatchObject({
          code: 'INPUT_CORRUPT',
          status: 422,
        })
      }
    },
  )

  it('refuses too many pixels from the header alone', async () => {
    const bomb = await raw(ramp(8, 8)).png().toBuffer()
    const error = { code: 'INPUT_TOO_LARGE', status: 413, message: expect.stringContaining('got 8 × 8') }
    await expect(readPicture(bomb, { maxPixels: 63 })).rejects.toMatchObject(error)
    expect((await readPicture(bomb, { maxPixels: 64 })).width).toBe(8)
  })

  it('refuses sides that the container cannot store', async () => {
    const long = await sharp({ create: { width: 65536, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    await expect(readPicture(long)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
  })
})

describe('resizeLanczos', () => {
  it('gives exactly the asked size, and the same picture where nothing is to do', async () => {
    const image = ramp(101, 67)
    const small = await resizeLanczos(image, 33, 29)
    expect([small.width, small.height, small.data.length]).toEqual([33, 29, 3 * 33 * 29])
    expect(await resizeLanczos(image, 101, 67)).toBe(image)
    expect(meanDifference(small, ramp(33, 29))).toBeLessThan(3)
  })
})

describe.skipIf(!existsSync(INPUTS))('readPicture: files of others', () => {
  const file = (path: string) => readFileSync(new URL(path, INPUTS))
  const pngsuite = existsSync(INPUTS) ? readdirSync(new URL('pngsuite', INPUTS)) : []

  it('accepts every valid file of PngSuite', async () => {
    const valid = pngsuite.filter((name) => !name.startsWith('x'))
    expect(valid.length).toBeGreaterThan(150)
    for (const name of valid) {
      const { width, height, data } = await readPicture(file(`pngsuite/${name}`))
      expect(data.length, name).toBe(3 * width * height)
    }
  })

  it('refuses every corrupt file of PngSuite', async () => {
    const corrupt = pngsuite.filter((name) => name.startsWith('x'))
    expect(corrupt.length).toBeGreaterThanOrEqual(7)
    for (const name of corrupt) {
      const error = { code: expect.stringMatching(/^INPUT_(CORRUPT|UNSUPPORTED)$/) }
      await expect(readPicture(file(`pngsuite/${name}`)), name).rejects.toMatchObject(error)
    }
  })

  it.each(['truncated.jpg', 'truncated.png', 'corrupt-header.jpg'])('refuses %s', async (name) => {
    await expect(readPicture(file(`formats/${name}`))).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })

  it('refuses the SVG', async () => {
    const refused = readPicture(file('formats/struct-image-04-t.svg'))
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_UNSUPPORTED' })
  })

  it.each([
    ['16-bit-grey-alpha.png', 109, 96],
    ['8bit_depth.tiff', 21, 21],
    ['Channel_digital_image_CMYK_color_no_profile.jpg', 500, 333],
    ['Flag_of_the_Netherlands-16bit.png', 900, 600],
    ['alpha-premultiply-1024x768-paper.png', 1024, 768],
    ['animated-loop-3.gif', 370, 285],
    ['animated-loop-3.webp', 370, 285],
    ['p3.png', 8, 8],
  ])('reads %s', async (name, width, height) => {
    expect(await readPicture(file(`formats/${name}`))).toMatchObject({ width, height })
  })

  it('makes the eight EXIF orientations of one photograph alike', async () => {
    const upright = await readPicture(file('exif/Landscape_1.jpg'))
    expect([upright.width, upright.height]).toEqual([1800, 1200])
    for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
      const image = await readPicture(file(`exif/Landscape_${orientation}.jpg`))
      expect(meanDifference(image, upright), `orientation ${orientation}`).toBeLessThan(4)
    }
  })
})
