import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodePicture, openPicture, readPicture } from '../../src/node/ingest/ingest.ts'
import { associatedAlpha, greyProfile, partialGif, pngChunk, withNclx } from './odd-files.ts'

const RED = { r: 255, g: 0, b: 0 }

function noise(width = 64, height = 48) {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < data.length; i++) data[i] = ((i % (3 * width)) ^ ((i * 2654435761) >>> 27)) & 255
  return sharp(data, { raw: { width, height, channels: 3 } })
}

function swatch(background: string) {
  return sharp({ create: { width: 16, height: 16, channels: 3, background } })
}

/** Red, green and blue of the middle. */
async function middleOf(file: Uint8Array): Promise<number[]> {
  const { width, height, data } = await readPicture(file)
  const at = 3 * ((height >> 1) * width + (width >> 1))
  return [...data.subarray(at, at + 3)]
}

function expectNear(actual: readonly number[], expected: readonly number[], within: number): void {
  const off = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))
  expect(off, `${actual} should be ${expected}`).toBeLessThanOrEqual(within)
}

describe('readPicture: files that browsers show although they break the rules', () => {
  it('reads a baseline JPEG whose scan parameters are all 0, as some phones write them', async () => {
    const file = await noise().jpeg().toBuffer()
    const right = await readPicture(file)
    const scan = file.indexOf(Uint8Array.of(0xff, 0xda))
    const parameters = scan + 5 + 2 * file[scan + 4]! // ITU-T T.81 B.2.3: Ss, Se, Ah and Al
    expect([...file.subarray(parameters, parameters + 3)]).toEqual([0, 63, 0])
    file[parameters + 1] = 0
    expect(await readPicture(file)).toEqual(right)
  })

  it('reads a JPEG with padding before its first quantization table', async () => {
    const file = await noise()
      .withExif({ IFD0: { Make: 'camera' } })
      .jpeg()
      .toBuffer()
    const table = file.indexOf(Uint8Array.of(0xff, 0xdb))
    const padded = Buffer.concat([file.subarray(0, table), Buffer.alloc(18, 0x11), file.subarray(table)])
    expect(await readPicture(padded)).toEqual(await readPicture(file))
  })

  it('reads a TIFF whose entries are out of order', async () => {
    const file = await noise().tiff({ compression: 'lzw' }).toBuffer()
    expect(file.toString('latin1', 0, 2)).toBe('II')
    const right = await readPicture(file)
    const directory = file.readUInt32LE(4)
    const last = directory + 2 + 12 * (file.readUInt16LE(directory) - 1)
    const [one, two] = [last - 12, last].map((at) => Buffer.from(file.subarray(at, at + 12)))
    file.set(two!, last - 12)
    file.set(one!, last)
    expect(await readPicture(file)).toEqual(right)
  })

  it('reads a JPEG whose pixels are damaged but can be decoded', async () => {
    const file = await noise(200, 200).jpeg().toBuffer()
    const middle = file.length >> 1
    file[middle]! ^= 0x5a
    file[middle + 1]! ^= 0x11
    expect(await readPicture(file)).toMatchObject({ width: 200, height: 200 })
  })

  it('reads a PNG that lacks only its end', async () => {
    const file = await noise().png().toBuffer()
    expect(await readPicture(file.subarray(0, -12))).toEqual(await readPicture(file))
  })

  it.each([
    ['progressive JPEG', () => noise(300, 200).jpeg({ progressive: true })],
    ['JPEG', () => noise(300, 200).jpeg()],
    ['interlaced PNG', () => noise(300, 200).png({ progressive: true })],
    ['lossless WebP', () => noise(300, 200).webp({ lossless: true })],
    ['GIF', () => noise(300, 200).gif()],
    ['tiled TIFF', () => noise(300, 200).tiff({ compression: 'deflate', tile: true })],
    ['TIFF without compression', () => noise(300, 200).tiff({ compression: 'none' })],
    ['AVIF', () => noise(300, 200).avif({ effort: 0 })],
  ])('still refuses a %s that is cut anywhere before its last pixel', async (_, make) => {
    const file = await make().toBuffer()
    const cuts = Array.from({ length: 24 }, (_, i) => Math.floor((file.length * (i + 1)) / 25))
    for (const length of [...cuts, file.length - 13]) {
      const cut = readPicture(file.subarray(0, length))
      const message = expect.not.stringContaining('failOn')
      await expect(cut, `${length} of ${file.length}`).rejects.toMatchObject({
        code: 'INPUT_CORRUPT',
        message,
      })
    }
  })

  it('says what is wrong with a broken TIFF without naming settings of a library', async () => {
    const file = await noise().tiff({ compression: 'lzw' }).toBuffer()
    const directory = file.readUInt32LE(4)
    const error = await readPicture(file.subarray(0, directory + 20)).catch((reason: Error) => reason)
    expect(error).toMatchObject({ code: 'INPUT_CORRUPT', message: expect.stringMatching(/\(.{5,}\)$/) })
    expect((error as Error).message).not.toContain('failOn')
  })
})

describe('readPicture: what the numbers mean', () => {
  it.each([8, 16] as const)('honours the profile of grey with alpha, of %i bits', async (bits) => {
    // Linear light: 101 of 255 is 169 in sRGB, with alpha and without.
    const values = [101, 255, 101, 0, 101, 128]
    const grey = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values, (value) => 257 * value)
    const plain = sharp(grey, { raw: { width: 3, height: 1, channels: 2 } })
    const png = await plain
      .toColourspace(bits === 8 ? 'b-w' : 'grey16')
      .png()
      .toBuffer()
    const file = pngChunk(png, 'iCCP', greyProfile())
    expect(await sharp(file).metadata()).toMatchObject({ channels: 2, hasProfile: true })
    const { data } = await readPicture(file, { matte: RED })
    expectNear([...data], [169, 169, 169, 255, 0, 0, 212, 85, 85], 1)
    const opaque = await plain
      .removeAlpha()
      .toColourspace(bits === 8 ? 'b-w' : 'grey16')
      .png()
      .toBuffer()
    expect((await sharp(opaque).metadata()).channels).toBe(1)
    expectNear(await middleOf(pngChunk(opaque, 'iCCP', greyProfile())), [169, 169, 169], 1)
  })

  // #b43c78 of Display P3, by the profile that sharp brings along.
  const asP3 = async () => {
    const png = await swatch('#b43c78').png().toBuffer()
    const named = await sharp(png).withIccProfile('p3').png().toBuffer() // converted from sRGB: only its profile counts
    const { icc } = await sharp(named).metadata()
    const tagged = pngChunk(png, 'iCCP', icc!)
    return { png, icc: icc!, right: await middleOf(tagged) }
  }

  it('converts Display P3 that a PNG declares by code points', async () => {
    const { png, right } = await asP3()
    expect(right).not.toEqual([0xb4, 0x3c, 0x78])
    expectNear(await middleOf(pngChunk(png, 'cICP', Uint8Array.of(12, 13, 0, 1))), right, 1)
  })

  it('takes the code points of a PNG before its profile', async () => {
    const { png, icc, right } = await asP3()
    const both = pngChunk(pngChunk(png, 'iCCP', icc), 'cICP', Uint8Array.of(1, 13, 0, 1))
    expect(await middleOf(both)).toEqual([0xb4, 0x3c, 0x78])
    const silent = pngChunk(pngChunk(png, 'iCCP', icc), 'cICP', Uint8Array.of(2, 2, 0, 1))
    expect(await middleOf(silent)).toEqual(right)
  })

  it('converts BT.2020 and plain gamma', async () => {
    const png = await swatch('#808080').png().toBuffer()
    expect(await middleOf(pngChunk(png, 'cICP', Uint8Array.of(9, 13, 0, 1)))).toEqual([128, 128, 128])
    expectNear(await middleOf(pngChunk(png, 'cICP', Uint8Array.of(1, 8, 0, 1))), [188, 188, 188], 0)
  })

  it('converts Display P3 that an AVIF declares by code points only', async () => {
    const { right } = await asP3()
    const avif = await swatch('#b43c78')
      .avif({ quality: 100, chromaSubsampling: '4:4:4', effort: 0 })
      .toBuffer()
    expectNear(await middleOf(avif), [0xb4, 0x3c, 0x78], 2)
    expectNear(await middleOf(withNclx(avif, 12, 13)), right, 3)
    expectNear(await middleOf(withNclx(avif, 1, 13)), [0xb4, 0x3c, 0x78], 2)
    expectNear(await middleOf(withNclx(avif, 2, 2)), [0xb4, 0x3c, 0x78], 2)
  })

  it('keeps alpha beside converted values', async () => {
    const { png, right } = await asP3()
    const clear = await sharp(png).ensureAlpha(0.5).png().toBuffer()
    const picture = await openPicture(pngChunk(clear, 'cICP', Uint8Array.of(12, 13, 0, 1)))
    const { channels, data } = await decodePicture(picture, { size: { width: 4, height: 4 } })
    expect(channels).toBe(4)
    expectNear([...data.subarray(0, 4)], [...right, 128], 2)
  })

  it.each([8, 16] as const)(
    'takes the alpha of a TIFF of %i bits out of its colours where it is in them',
    async (bits) => {
      // Half-transparent orange, nothing, and opaque: as colours that are multiplied by alpha.
      const multiplied = [100, 50, 0, 128, 0, 0, 0, 0, 200, 100, 30, 255]
      const values =
        bits === 8 ? Uint8Array.from(multiplied) : Uint16Array.from(multiplied, (value) => 257 * value)
      const plain = sharp(values, { raw: { width: 3, height: 1, channels: 4 } })
      const file = associatedAlpha(
        await plain
          .toColourspace(bits === 8 ? 'srgb' : 'rgb16')
          .tiff({ compression: 'none' })
          .toBuffer(),
      )
      expect((await sharp(file).metadata()).depth).toBe(bits === 8 ? 'uchar' : 'ushort')
      const { channels, data } = await decodePicture(await openPicture(file), {})
      expect(channels).toBe(4)
      expectNear([...data], [199, 100, 0, 128, 0, 0, 0, 0, 200, 100, 30, 255], 1)
      const flat = await readPicture(file)
      expectNear([...flat.data], [227, 177, 127, 255, 255, 255, 200, 100, 30], 1)
    },
  )

  it.each([
    ['PQ', 16],
    ['HLG', 18],
  ])('refuses %s by its name', async (name, transfer) => {
    const error = {
      code: 'INPUT_UNSUPPORTED',
      status: 415,
      message: expect.stringContaining(`got ${name}, `),
    }
    const png = pngChunk(await swatch('#456').png().toBuffer(), 'cICP', Uint8Array.of(9, transfer, 0, 1))
    await expect(readPicture(png)).rejects.toMatchObject(error)
    const avif = withNclx(await swatch('#456').avif({ effort: 0 }).toBuffer(), 9, transfer)
    await expect(readPicture(avif)).rejects.toMatchObject(error)
  })
})

describe('readPicture: a GIF whose first frame is smaller than the canvas', () => {
  const white = [255, 255, 255]

  it('is transparent around it', async () => {
    const file = await partialGif({ width: 12, height: 10, left: 3, top: 2, colour: '#c83c32', side: 8 })
    expect((await sharp(file).metadata()).hasAlpha).toBe(false)
    const { width, height, data } = await readPicture(file)
    expect([width, height]).toEqual([12, 10])
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isInside = x >= 3 && x < 11 && y >= 2
        const pixel = [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)]
        expect(pixel, `${x}, ${y}`).toEqual(isInside ? [200, 60, 50] : white)
      }
    }
    const open = await openPicture(file)
    const decoded = await decodePicture(open, { part: { left: 0, top: 0, width: 4, height: 3 } })
    expect([decoded.channels, [...decoded.data.subarray(-4)], [...decoded.data.subarray(0, 4)]]).toEqual([
      4,
      [200, 60, 50, 255],
      [0, 0, 0, 0],
    ])
  })

  it('may reach beyond the canvas', async () => {
    const file = await partialGif({ width: 10, height: 10, left: 5, top: 5, colour: '#c83c32', side: 8 })
    const { width, height, data } = await readPicture(file)
    expect([...data.subarray(0, 3)]).toEqual(white)
    expect([...data.subarray(3 * width * height - 3)]).toEqual([200, 60, 50])
  })
})

describe('readPicture: formats that are not decoded', () => {
  const decodesHeic = sharp.format.heif.input.fileSuffix?.includes('.heic') === true

  it.runIf(decodesHeic)('reads HEIC where libvips can', async () => {
    const file = await swatch('#456789').heif({ compression: 'hevc', quality: 90 }).toBuffer()
    expectNear(await middleOf(file), [0x45, 0x67, 0x89], 4)
  })

  it.skipIf(decodesHeic).each(['heic', 'mif1'])(
    'says what to do with HEIC of the brand %s',
    async (brand) => {
      const file = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1heic`, 'latin1')
      await expect(readPicture(file)).rejects.toMatchObject({
        code: 'INPUT_UNSUPPORTED',
        message: expect.stringMatching(/got a HEIC file; convert it to JPEG, or install sharp/),
      })
    },
  )

  it.each([
    ['JPEG XL', '\xff\x0a\0\0', 'a JPEG XL file; convert it'],
    ['JPEG XL in boxes', '\0\0\0\x0cJXL \r\n\x87\n', 'a JPEG XL file; convert it'],
    ['BMP', 'BM\x10\0\0\0', 'a BMP file; convert it'],
    ['ICO', '\0\0\x01\0\x01\0\x10\x10', 'an ICO file; convert it'],
    ['HTML', '\n<!DOCTYPE html><title>', 'an HTML page; send the picture'],
    ['a data URI', 'data:image/png;base64,iVBORw0KGgo=', 'a data: URI; send the bytes'],
    ['gzip', '\x1f\x8b\x08\0', 'gzip data; send the picture'],
    ['a form', '----------x\r\nContent-Disposition: form-data', "a form; send the file's bytes"],
  ])('says what to do with %s', async (_, text, advice) => {
    await expect(readPicture(Buffer.from(text, 'latin1'))).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      status: 415,
      message: expect.stringContaining(`got ${advice}`),
    })
  })
})
