import { deflateSync, inflateSync } from 'node:zlib'
import sharp, { type PngOptions } from 'sharp'
import { describe, expect, it } from 'vitest'
import { concat, dataView } from '../../../src/core/bytes.ts'
import { openPicture } from '../../../src/node/ingest/ingest.ts'
import { apngToWebp } from '../../../src/node/originals/apng.ts'
import { originalLayer } from '../../../src/node/originals/original.ts'
import { pngChunks } from '../../../src/node/originals/png-chunks.ts'
import { onlyPixels } from '../../../src/node/originals/png-pixels.ts'
import { encodeChunk, SIGNATURE } from '../../../src/pixels/png/chunks.ts'
import { photo } from '../../pictures.ts'

const SECRET = new TextEncoder().encode('SECRET-OWNER')
const corrupt = { code: 'INPUT_CORRUPT' }
const isHidden = (file: Uint8Array) => !Buffer.from(file).includes('SECRET-OWNER')
const pixelsOf = async (file: Uint8Array) => await sharp(file).raw().toBuffer()

async function png(options: PngOptions = {}): Promise<Uint8Array> {
  const { data, width, height } = photo(61, 43)
  const pipeline = sharp(data, { raw: { width, height, channels: 3 } }).png(options)
  return new Uint8Array(await pipeline.toBuffer())
}

/** The same file with other chunks in the place of some. */
function withChunks(file: Uint8Array, change: (type: string, data: Uint8Array) => Uint8Array[]): Uint8Array {
  return concat([SIGNATURE, ...[...pngChunks(file)].flatMap(({ type, data }) => change(type, data))])
}

const withTail = (data: Uint8Array) => encodeChunk({ type: 'IDAT', data: concat([data, SECRET]) })

describe('a PNG of nothing but pixels', () => {
  it.each([
    ['RGB', {}],
    ['interlaced', { progressive: true }],
    ['of a palette of 4 bits', { palette: true, colours: 9 }],
    ['of one bit', { palette: true, colours: 2 }],
  ])('is the same file where it was one already: %s', async (_, options) => {
    const file = await png(options)
    expect(await onlyPixels(file)).toEqual(file)
  })

  it('ends its pixels where their zlib stream ends', async () => {
    const file = await png()
    const inChunk = withChunks(file, (type, data) => [
      type === 'IDAT' ? withTail(data) : encodeChunk({ type, data }),
    ])
    const behind = withChunks(file, (type, data) =>
      type === 'IEND'
        ? [encodeChunk({ type: 'IDAT', data: SECRET }), encodeChunk({ type, data })]
        : [encodeChunk({ type, data })],
    )
    for (const odd of [inChunk, behind]) {
      expect(await pixelsOf(odd)).toEqual(await pixelsOf(file))
      expect(await onlyPixels(odd)).toEqual(file)
    }
    const layer = await originalLayer(await openPicture(inChunk))
    expect(layer && isHidden(layer.file)).toBe(true)
  })

  it('has no chunk that is longer than its kind', async () => {
    const file = await png()
    const odd = withChunks(file, (type, data) =>
      type === 'IDAT'
        ? [
            encodeChunk({ type: 'gAMA', data: concat([Uint8Array.of(0, 0, 1, 2), SECRET]) }),
            encodeChunk({ type, data }),
          ]
        : [encodeChunk({ type, data })],
    )
    expect(await onlyPixels(odd)).toEqual(file)
  })

  const rowsOf = (data: Uint8Array) => new Uint8Array(inflateSync(data))
  it.each<[string, (data: Uint8Array) => Uint8Array]>([
    ['more rows than it is high', (data) => concat([rowsOf(data), SECRET])],
    ['fewer', (data) => rowsOf(data).subarray(0, -1)],
    ['a filter that is none', (data) => rowsOf(data).fill(5, 0, 1)],
  ])('is none that has %s', async (_, change) => {
    const odd = withChunks(await png(), (type, data) => [
      encodeChunk({ type, data: type === 'IDAT' ? new Uint8Array(deflateSync(change(data))) : data }),
    ])
    await expect(onlyPixels(odd)).rejects.toMatchObject(corrupt)
  })
})

/** An APNG of two frames, of which the second is smaller. @param change what stands in the second */
async function apng(change: (pixels: Uint8Array) => Uint8Array[] = (pixels) => [pixels], left = 4) {
  const [width, height, small] = [16, 12, 8]
  const still = async (side: number, tall: number, value: number) => {
    const image = sharp({
      create: { width: side, height: tall, channels: 3, background: { r: value, g: 9, b: 99 } },
    })
    const chunks = [...pngChunks(new Uint8Array(await image.png().toBuffer()))]
    return concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  }
  const header = [...pngChunks(await png())][0]!.data.slice()
  dataView(header).setUint32(0, width)
  dataView(header).setUint32(4, height)
  let sequence = 0
  const control = (size: readonly number[]) => {
    const data = new Uint8Array(26)
    for (const [i, value] of [sequence++, ...size].entries()) dataView(data).setUint32(4 * i, value)
    data.set([0, 1, 0, 10, 0, 0], 20)
    return encodeChunk({ type: 'fcTL', data })
  }
  const numbered = (data: Uint8Array) => {
    const head = new Uint8Array(4)
    dataView(head).setUint32(0, sequence++)
    return encodeChunk({ type: 'fdAT', data: concat([head, data]) })
  }
  return concat([
    SIGNATURE,
    encodeChunk({ type: 'IHDR', data: header }),
    encodeChunk({ type: 'acTL', data: Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0) }),
    control([width, height, 0, 0]),
    encodeChunk({ type: 'IDAT', data: await still(width, height, 10) }),
    control([small, small, left, 2]),
    ...change(await still(small, small, 200)).map(numbered),
    encodeChunk({ type: 'IEND', data: new Uint8Array(0) }),
  ])
}

describe('an APNG of nothing but pixels', () => {
  it('is the same file where it was one already', async () => {
    const file = await apng()
    expect(await onlyPixels(file)).toEqual(file)
    expect((await sharp(await apngToWebp(file), { animated: true }).metadata()).pages).toBe(2)
  })

  it('ends the pixels of its frames where their zlib streams end', async () => {
    const odd = await apng((pixels) => [concat([pixels, SECRET]), SECRET])
    const cleaned = await onlyPixels(odd)
    expect(cleaned).toEqual(await apng())
    const split = await apng((pixels) => [pixels.subarray(0, 9), pixels.subarray(9)])
    expect(await onlyPixels(split)).toEqual(split)
  })

  it.each<[string, () => Promise<Uint8Array>]>([
    ['a frame that is no picture', () => apng(() => [SECRET])],
    ['a frame that is cut off', () => apng((pixels) => [pixels.subarray(0, -9)])],
    ['a frame without pixels', () => apng(() => [])],
    ['a frame outside of its canvas', () => apng(undefined, 9)],
    [
      'more frames than it says',
      async () =>
        withChunks(await apng(), (type, data) => [
          encodeChunk({ type, data: type === 'acTL' ? Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0) : data }),
        ]),
    ],
  ])('is none that has %s', async (_, make) => {
    await expect(onlyPixels(await make())).rejects.toMatchObject(corrupt)
  })
})
