import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodeChunks } from '../../../src/pixels/png/chunks.ts'
import { readPng } from '../../../src/pixels/png/reader.ts'
import { generator } from '../../pictures.ts'

const random = generator(3)

function pixels(width: number, height: number, channels: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: width * height * channels }, () => 256 * random()))
}

function made(width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(pixels(width, height, channels), { raw: { width, height, channels } })
}

/** What sharp reads. */
async function reference(png: Uint8Array): Promise<Uint8Array> {
  const image = sharp(png).toColourspace('srgb').ensureAlpha()
  return new Uint8Array(await image.raw({ depth: 'uchar' }).toBuffer())
}

async function expectReference(png: Uint8Array): Promise<void> {
  expect((await readPng(png, 1e6)).data).toEqual(await reference(png))
}

/** A file written here: rows of `bits` a pixel behind filter 0. */
function written(width: number, height: number, colour: number, depth: number, extra: [string, number[]][]) {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1
  const rowBytes = Math.ceil((width * channels * depth) / 8)
  const rows = pixels(rowBytes + 1, height, 1)
  for (let y = 0; y < height; y++) rows[y * (rowBytes + 1)] = y % 5
  const header = new Uint8Array(13)
  new DataView(header.buffer).setUint32(0, width)
  new DataView(header.buffer).setUint32(4, height)
  header.set([depth, colour, 0, 0, 0], 8)
  const chunks = extra.map(([type, data]) => ({ type, data: Uint8Array.from(data) }))
  return encodeChunks([
    { type: 'IHDR', data: header },
    ...chunks,
    { type: 'IDAT', data: deflateSync(rows) },
    { type: 'IEND', data: new Uint8Array(0) },
  ])
}

describe('readPng', () => {
  it.each([
    ['grey', 1, {}],
    ['grey with alpha', 2, {}],
    ['RGB', 3, {}],
    ['RGB with alpha', 4, {}],
    ['interlaced RGB with alpha', 4, { progressive: true }],
    ['interlaced RGB, filtered', 3, { progressive: true, adaptiveFiltering: true }],
    ['a palette of 16', 4, { palette: true, colours: 16 }],
    ['a palette of 2', 3, { palette: true, colours: 2 }],
    ['an interlaced palette', 3, { palette: true, colours: 200, progressive: true }],
  ] as const)('reads what sharp writes: %s', async (_, channels, options) => {
    for (const [width, height] of [
      [1, 1],
      [5, 3],
      [33, 17],
    ] as const) {
      await expectReference(await made(width, height, channels).png(options).toBuffer())
    }
  })

  it.each([1, 2, 4, 8, 16])('reads grey of %i bits, and one grey that is transparent', async (depth) => {
    await expectReference(written(19, 11, 0, depth, []))
    await expectReference(written(19, 11, 0, depth, [['tRNS', [0, 1]]]))
  })

  it.each([1, 2, 4, 8])('reads a palette of %i bits with transparent colours', async (depth) => {
    const palette = [...pixels(1 << depth, 1, 3)]
    await expectReference(
      written(19, 11, 3, depth, [
        ['PLTE', palette],
        ['tRNS', [0, 100]],
      ]),
    )
  })

  it.each([2, 4, 6])('reads colour type %i of 16 bits', async (colour) => {
    await expectReference(written(19, 11, colour, 16, []))
  })

  it('refuses a picture that is too large before allocating memory, and damaged files', async () => {
    const png = await made(20, 20, 3).png().toBuffer()
    await expect(readPng(png, 399)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
    const forged = Buffer.from(png)
    forged.writeUInt32BE(10, 20) // fewer rows than the pixels are for
    await expect(readPng(forged, 1e6)).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
    forged.writeUInt32BE(30, 20)
    await expect(readPng(forged, 1e6)).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
    for (const length of [0, 7, 20, 40, png.length - 13]) {
      await expect(readPng(png.subarray(0, length), 1e6)).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
    }
  })

  it('throws a StrataError or gives pixels, whatever bytes are flipped', async () => {
    const png = await made(24, 16, 4).png({ progressive: true }).toBuffer()
    for (let i = 0; i < 400; i++) {
      const copy = Buffer.from(png)
      copy[8 + Math.floor(random() * (copy.length - 8))] = 256 * random()
      await readPng(copy, 1e5).then(
        ({ width, height, data }) => expect(data).toHaveLength(4 * width * height),
        (error) => expect(error.code).toMatch(/^INPUT_/),
      )
    }
  })
})
