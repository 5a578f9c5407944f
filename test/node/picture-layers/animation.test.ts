import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readPictureLayer } from '../../../src/format/layers.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { decode } from '../../../src/node/codec.ts'
import { encodeOriginal } from '../../../src/node/encode.ts'
import { openPicture } from '../../../src/node/ingest/ingest.ts'
import { countFrames, isTooLong } from '../../../src/node/originals/frames.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { renderPicture } from '../../../src/node/render/render.ts'
import { fakeEncode } from '../../origin/fixtures.ts'
import { apng, movie } from './pictures.ts'

const delay = [50, 120, 200, 80]

async function animations() {
  const frames = () => movie(64, 48, delay.length)
  return {
    gif: await frames().gif({ loop: 3, delay }).toBuffer(),
    webp: await frames().webp({ loop: 3, delay, lossless: true }).toBuffer(),
    png: Buffer.from(
      apng(
        64,
        48,
        delay.map((delayMs, i) => ({ colour: [40 * i, 90, 200 - 40 * i, 255], delayMs })),
        3,
      ),
    ),
  }
}

describe.each(['gif', 'webp', 'png'] as const)('an animation in %s', (format) => {
  it('becomes animated WebP with its frames, delays and loops, of all widths', async () => {
    const original = new Uint8Array((await animations())[format])
    const told: number[] = []
    const file = await encodeOriginal(
      original,
      { widths: '32,64' },
      { encode: fakeEncode, onOpened: (_, frames) => told.push(frames) },
    )
    expect(told).toEqual([4])
    const { layers } = readHeader(file)
    expect(layers.map(({ coding, width }) => [coding, width])).toEqual([
      ['webp-animated', 32],
      ['webp-animated', 64],
    ])
    for (const layer of layers) {
      const metadata = await sharp(readPictureLayer(file, layer), { animated: true }).metadata()
      expect(metadata).toMatchObject({
        pages: 4,
        delay,
        loop: 3,
        width: layer.width,
        pageHeight: layer.height,
      })
    }
    const { data } = await decode(file)
    expect([...data.subarray(0, 3)]).toEqual(format === 'png' ? [0, 90, 200] : [20, 40, 160])
  })

  it.each(['webp', 'gif'])('is rendered as %s with its frames', async (wanted) => {
    const original = new Uint8Array((await animations())[format])
    const picture = await openPicture(original)
    const parameters = parseRenderParameters(new URLSearchParams(`w=32&f=${wanted}&frames=all`))
    const file = await renderPicture(picture, planRender(picture, parameters))
    const metadata = await sharp(file, { animated: true }).metadata()
    expect(metadata).toMatchObject({ format: wanted, pages: 4, delay, loop: 3, width: 32, pageHeight: 24 })
  })

  it('is rendered as its first frame where nothing else is asked for', async () => {
    const picture = await openPicture(new Uint8Array((await animations())[format]))
    const parameters = parseRenderParameters(new URLSearchParams('w=32&f=webp'))
    const file = await renderPicture(picture, planRender(picture, parameters))
    const { pages, height } = await sharp(file, { animated: true }).metadata()
    expect([pages ?? 1, height]).toEqual([1, 24])
  })
})

describe('an APNG of parts', () => {
  it('shows them on the canvas as its frames say', async () => {
    const original = apng(
      40,
      20,
      [
        { colour: [255, 0, 0, 255], delayMs: 100 },
        { box: [0, 0, 20, 20], colour: [0, 0, 255, 128], delayMs: 100, blend: 1, dispose: 2 },
        { box: [20, 0, 20, 20], colour: [0, 255, 0, 255], delayMs: 100, dispose: 1 },
        { box: [0, 0, 5, 5], colour: [255, 255, 255, 255], delayMs: 100 },
      ],
      0,
    )
    const file = await encodeOriginal(original, {}, { encode: fakeEncode })
    const layer = readHeader(file).layers.at(-1)!
    const stack = await sharp(readPictureLayer(file, layer), { animated: true })
      .ensureAlpha()
      .raw()
      .toBuffer()
    const at = (frame: number, x: number, y: number) => {
      const from = 4 * ((20 * frame + y) * 40 + x)
      return [...stack.subarray(from, from + 4)]
    }
    expect(at(0, 10, 10)).toEqual([255, 0, 0, 255])
    expect(at(1, 10, 10)).toEqual([127, 0, 128, 255])
    expect(at(2, 10, 10)).toEqual([255, 0, 0, 255])
    expect(at(2, 30, 10)).toEqual([0, 255, 0, 255])
    expect(at(3, 30, 10)[3]).toBe(0)
    expect(at(3, 2, 2)).toEqual([255, 255, 255, 255])
  })

  it('is refused where a frame lies outside of the canvas', async () => {
    const frames = [
      { colour: [255, 0, 0, 255] as const, delayMs: 100 },
      { box: [30, 0, 20, 20] as const, colour: [0, 0, 255, 255] as const, delayMs: 100 },
    ]
    await expect(encodeOriginal(apng(40, 20, frames, 0), {}, { encode: fakeEncode })).rejects.toMatchObject({
      code: 'INPUT_CORRUPT',
    })
  })
})

describe('an animation that is too long', () => {
  it('is one of more than 100 megapixels in all', async () => {
    const picture = await openPicture(new Uint8Array((await animations()).gif))
    expect(countFrames(picture)).toBe(4)
    expect(isTooLong(picture, 4)).toBe(false)
    expect(isTooLong({ ...picture, width: 5001, height: 5000 }, 4)).toBe(true)
  })
})

describe('parameters of a render', () => {
  it.each(['f=avif&frames=all', 'f=gif', 'f=gif&frames=first', 'f=webp&frames=2'])('refuse %s', (query) => {
    expect(() => parseRenderParameters(new URLSearchParams(query))).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID' }),
    )
  })
})

describe('an animation whose second frame is damaged', () => {
  it('is refused as what it is, by encoder and renderer', async () => {
    const pixels = Uint8Array.from({ length: 2 * 64 * 48 * 3 }, (_, i) => 7 * i * (3 + Math.floor(i / 9216)))
    const raw = { width: 64, height: 96, channels: 3, pageHeight: 48 } as const
    const film = new Uint8Array(
      await sharp(pixels, { raw })
        .gif({ delay: [50, 50] })
        .toBuffer(),
    )
    const frame = Buffer.from(film).lastIndexOf(Uint8Array.of(0x2c, 0, 0, 0, 0))
    const packed = film[frame + 9]!
    const colours = packed & 0x80 ? 3 << ((packed & 7) + 1) : 0
    film[frame + 10 + colours] = 9 // a length of codes that these are not of
    await expect(sharp(film).raw().toBuffer()).resolves.toBeDefined()
    const encoded = encodeOriginal(film.slice(), { widths: '64' }, { encode: fakeEncode })
    await expect(encoded).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
    const picture = await openPicture(film)
    const parameters = parseRenderParameters(new URLSearchParams('f=webp&frames=all'))
    const rendered = renderPicture(picture, planRender(picture, parameters))
    await expect(rendered).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })
})
