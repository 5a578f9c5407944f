import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readPicture } from '../../src/node/ingest/ingest.ts'

const HUGE = 30_000

function plain(side = 64) {
  return sharp({ create: { width: side, height: side, channels: 3, background: '#456789' } })
}

/** A PNG whose header declares any size; its rows are those of a small one. */
async function pngOf(width: number, height: number): Promise<Buffer> {
  const file = await plain().png().toBuffer()
  file.writeUInt32BE(width, 16)
  file.writeUInt32BE(height, 20)
  file.writeUInt32BE(crc(file.subarray(12, 29)), 29)
  return file
}

/** Two 16-bit sides of a JPEG, which stand in its start of frame (ITU-T T.81, B.2.2). */
async function jpegOf(side: number, progressive: boolean): Promise<Buffer> {
  const file = await plain().jpeg({ progressive }).toBuffer()
  const frame = file.indexOf(Uint8Array.of(0xff, progressive ? 0xc2 : 0xc0))
  file.writeUInt16BE(side, frame + 5)
  file.writeUInt16BE(side, frame + 7)
  return file
}

async function gifOf(side: number): Promise<Buffer> {
  const file = await plain().gif().toBuffer()
  const frame = file.indexOf(0x2c, 13)
  file.writeUInt16LE(side, frame + 5)
  file.writeUInt16LE(side, frame + 7)
  return file
}

/** VP8 keeps 14 bits of each side (RFC 6386, 9.1). */
async function webpOf(side: number): Promise<Buffer> {
  const file = await plain().webp().toBuffer()
  const start = file.indexOf(Uint8Array.of(0x9d, 0x01, 0x2a))
  file.writeUInt16LE(side, start + 3)
  file.writeUInt16LE(side, start + 5)
  return file
}

/** The image spatial extents of a HEIF item (ISO/IEC 23008-12, 6.5.3); the AV1 frame inside stays as it is. */
async function avifOf(side: number, coded = 64): Promise<Buffer> {
  const file = await plain(coded).avif({ effort: 0 }).toBuffer()
  const extents = file.indexOf('ispe')
  file.writeUInt32BE(side, extents + 8)
  file.writeUInt32BE(side, extents + 12)
  return file
}

/** A TIFF of one strip, which is a JPEG (compression 7), with any size of its own. */
async function tiffOf(side: number, coded = 64): Promise<Buffer> {
  const strip = await plain(coded).jpeg().toBuffer()
  const [SHORT, LONG] = [3, 4]
  const entries = 9
  const bits = 10 + 12 * entries + 4
  const data = bits + 6
  const tags = [
    [256, SHORT, 1, side], // width
    [257, SHORT, 1, side], // height
    [258, SHORT, 3, bits], // bits per sample
    [259, SHORT, 1, 7], // compression
    [262, SHORT, 1, 6], // YCbCr
    [273, LONG, 1, data], // strip offset
    [277, SHORT, 1, 3], // samples per pixel
    [278, SHORT, 1, side], // rows per strip
    [279, LONG, 1, strip.length], // strip bytes
  ] as const
  const file = Buffer.concat([Buffer.alloc(data), strip])
  file.write('II*\0', 0, 'latin1')
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(entries, 8)
  for (const [i, [tag, type, count, value]] of tags.entries()) {
    file.writeUInt16LE(tag, 10 + 12 * i)
    file.writeUInt16LE(type, 12 + 12 * i)
    file.writeUInt32LE(count, 14 + 12 * i)
    file.writeUInt32LE(value, 18 + 12 * i)
  }
  for (let i = 0; i < 3; i++) file.writeUInt16LE(8, bits + 2 * i)
  return file
}

/** CRC-32 as PNG uses it. */
function crc(bytes: Uint8Array): number {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (0xedb88320 & -(value & 1))
  }
  return ~value >>> 0
}

describe('readPicture: sizes that only the header claims', () => {
  it.each([
    ['PNG', () => pngOf(HUGE, HUGE), HUGE],
    ['JPEG', () => jpegOf(HUGE, false), HUGE],
    ['progressive JPEG', () => jpegOf(HUGE, true), HUGE],
    ['GIF', () => gifOf(HUGE), HUGE],
    ['WebP', () => webpOf(16383), 16383],
    ['AVIF', () => avifOf(HUGE), HUGE],
    ['TIFF', () => tiffOf(HUGE), HUGE],
  ])('are refused in a %s before anything is allocated', async (_, make, side) => {
    const file = await make()
    const before = process.memoryUsage().rss
    await expect(readPicture(file)).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
      status: 413,
      message: `picture: expected at most 100 megapixels, got ${side} × ${side}`,
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
  })

  it('are refused in an AVIF before libvips, which cannot hold them, takes others for them', async () => {
    const file = await avifOf(2 ** 31 - 1)
    await expect(readPicture(file)).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
      message: 'picture: expected sides of at most 65535, got 2147483647 × 2147483647',
    })
  })

  it('may be 100 megapixels, and not one row more', async () => {
    await expect(readPicture(await pngOf(10_000, 10_001))).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
    await expect(readPicture(await pngOf(10_000, 10_000))).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })

  it.each([
    ['AVIF', avifOf],
    ['TIFF with a JPEG inside', tiffOf],
  ])('may not be smaller than what is coded, in an %s', async (_, make) => {
    expect(await readPicture(await make(64))).toMatchObject({ width: 64, height: 64 })
    const refused = readPicture(await make(64, 3000), { maxPixels: 64 * 64 })
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })
})
