import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../../src/core/image.ts'
import { MAX_PADDED_SIDE } from '../../../src/core/limits/table.ts'
import { parseRenderParameters } from '../../../src/node/render/parameters.ts'
import { planRender } from '../../../src/node/render/plan.ts'
import { createFramer, type FrameOptions } from '../../../src/pixels/frame.ts'
import { createSsimulacra2Pass } from '../../../src/pixels/ssimulacra2.ts'
import { photo, psnr } from '../../pictures.ts'
import { rawOf, renderedPixels, withCorners } from './pictures.ts'

const SOURCE = { width: 301, height: 203 }
const plan = (query: string, source = SOURCE) =>
  planRender({ format: 'jpeg', ...source }, parseRenderParameters(new URLSearchParams(query)))
const sizeOf = (query: string, source = SOURCE) => {
  const { size } = plan(query, source)
  return `${size.width}x${size.height}`
}

describe('the size of a render', () => {
  it.each([
    ['', '301x203'],
    ['w=100', '100x67'],
    ['w=301', '301x203'],
    ['w=302', '301x203'],
    ['w=9999999', '301x203'],
    ['h=100', '148x100'],
    ['h=1000', '301x203'],
    ['w=100&h=100', '100x67'],
    ['w=100&h=20', '30x20'],
    ['w=100.5', '101x68'],
    ['w=0.1', '1x1'],
    ['w=100&h=100&fit=cover', '100x100'],
    ['w=100&fit=cover', '100x67'],
    ['h=100&fit=cover', '301x100'],
    ['w=600&h=600&fit=cover', '203x203'],
    ['w=1000&h=10&fit=cover', '301x3'],
    ['w=100&h=100&bg=fff', '100x100'],
    ['w=600&h=600&bg=fff', '301x301'],
    ['w=100&bg=fff', '100x67'],
  ])('for %j is %s', (query, size) => expect(sizeOf(query)).toBe(size))

  it('is bounded by what a format can hold, in the proportions of the picture', () => {
    const tall = { width: 1200, height: 20_000 }
    expect(sizeOf('f=webp', tall)).toBe('983x16383')
    expect(sizeOf('f=avif', tall)).toBe('983x16384')
    expect(sizeOf('f=png', tall)).toBe('1200x20000')
    expect(sizeOf('f=webp&w=600&h=600&fit=cover', tall)).toBe('600x600')
  })

  it('is bounded where only bars would make it larger', () => {
    const { size, place } = plan('w=65535&h=65535&bg=000', { width: 60_000, height: 30 })
    expect([size.width, size.height]).toEqual([MAX_PADDED_SIDE, MAX_PADDED_SIDE])
    expect(place).toEqual({ left: 0, top: MAX_PADDED_SIDE / 2 - 1, width: MAX_PADDED_SIDE, height: 2 })
  })

  it('and its cost grow together, and slow AVIF is dearest', () => {
    const large = { width: 4000, height: 3000 }
    const costs = ['w=320&f=webp', 'w=640&f=webp', 'w=1280&f=webp', 'w=1280&f=avif'].map(
      (q) => plan(q, large).cost,
    )
    expect(costs).toEqual(costs.toSorted((a, b) => a - b))
    expect(plan('f=avif', large).cost).toBeGreaterThan(10 * plan('f=avif&wait=1', large).cost)
  })

  it('costs more where the original takes longer to decode', () => {
    const cost = (format: 'avif' | 'jpeg') =>
      planRender({ ...SOURCE, format }, parseRenderParameters(new URLSearchParams())).cost
    expect(cost('avif')).toBeGreaterThan(cost('jpeg'))
  })

  it('decides alone whether a slow AVIF may be had', () => {
    expect(plan('f=avif&w=640', { width: 8000, height: 8000 }).fast).toBe(false)
    expect(plan('f=avif', { width: 8000, height: 8000 }).fast).toBe(true)
  })
})

/** What the edge makes of the same pixels. */
function framed(image: RgbImage, options: FrameOptions): RgbImage {
  return { ...options.to, data: createFramer(options).write(image.data)! }
}

function score(a: RgbImage, b: RgbImage): number {
  const pass = createSsimulacra2Pass(a.width, a.height)
  pass.write(a.data, b.data)
  return pass.score()
}

describe('a render shows what the edge shows', () => {
  const source = withCorners(photo(SOURCE.width, SOURCE.height, 7))
  const files = {
    png: () => rawOf(source).png().toBuffer(),
    jpeg: () => rawOf(source).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
  }

  it.each([
    ['png', '0,0'],
    ['png', '1,0'],
    ['png', '0,1'],
    ['png', '1,1'],
    ['png', '0.5,0.5'],
    ['png', '0.37,0.61'],
    ['jpeg', '0,0'],
    ['jpeg', '1,1'],
    ['jpeg', '0.5,0.5'],
    ['jpeg', '0.37,0.61'],
  ] as const)('of a %s that covers, around %s', async (format, focus) => {
    const [x, y] = focus.split(',').map(Number) as [number, number]
    const file = await files[format]()
    for (const [width, height] of [
      [96, 96],
      [51, 120],
      [140, 33],
    ] as const) {
      const to = { width, height }
      const expected = framed(source, { from: SOURCE, to, fit: 'cover', focus: { x, y } })
      const actual = await renderedPixels(file, `f=png&fit=cover&w=${width}&h=${height}&focus=${focus}`)
      expect(score(expected, actual), `${width}x${height}`).toBeGreaterThan(90)
      expect(psnr(expected, actual)).toBeGreaterThan(38)
    }
  })

  it('that is contained, down to sizes at which a JPEG is shrunk while it is read', async () => {
    for (const width of [200, 150, 75, 40]) {
      const to = plan(`w=${width}`).size
      const expected = framed(source, { from: SOURCE, to, fit: 'fill' })
      for (const make of Object.values(files)) {
        const actual = await renderedPixels(await make(), `f=png&w=${width}`)
        expect(score(expected, actual)).toBeGreaterThan(85)
      }
    }
  })

  it('with bars, of the very same pixels', async () => {
    for (const [width, height] of [
      [100, 100],
      [150, 60],
      [61, 99],
    ] as const) {
      const to = { width, height }
      const expected = framed(source, { from: SOURCE, to, fit: 'pad', background: [18, 52, 86] })
      const actual = await renderedPixels(await files.png(), `f=png&w=${width}&h=${height}&bg=123456`)
      expect(score(expected, actual)).toBeGreaterThan(90)
      const isBar = (image: RgbImage, pixel: number) =>
        image.data[3 * pixel] === 18 && image.data[3 * pixel + 1] === 52 && image.data[3 * pixel + 2] === 86
      for (let pixel = 0; pixel < width * height; pixel++)
        expect(isBar(actual, pixel)).toBe(isBar(expected, pixel))
    }
  })

  it('with bars in every format', async () => {
    for (const format of ['avif', 'webp', 'jpeg', 'png']) {
      const { data, width, height } = await renderedPixels(
        await files.png(),
        `f=${format}&w=80&h=80&bg=ff0000&q=95`,
      )
      expect([width, height]).toEqual([80, 80])
      expect(data[0]).toBeGreaterThan(240)
      expect(data[1]).toBeLessThan(16)
    }
  })
})

describe('the parameters of a render', () => {
  it.each([
    ['w=0', 'w'],
    ['w=', 'w'],
    ['w=-1', 'w'],
    ['w=1e3', 'w'],
    ['w=auto', 'w'],
    ['h=0.0', 'h'],
    ['h=x', 'h'],
    ['w=1&w=2', 'w'],
    ['fit=fill', 'fit'],
    ['focus=0.5', 'focus'],
    ['focus=0.5,1.5', 'focus'],
    ['focus=-1,0', 'focus'],
    ['focus=1,1,1', 'focus'],
    ['focus=,', 'focus'],
    ['bg=red', 'bg'],
    ['bg=12345', 'bg'],
    ['f=gif', 'f'],
    ['f=auto', 'f'],
    ['f=', 'f'],
    ['q=0', 'q'],
    ['q=101', 'q'],
    ['q=7.5', 'q'],
    ['wait=2', 'wait'],
    ['wait=true', 'wait'],
  ])('%s is refused by its name', (query, name) => {
    expect(() => parseRenderParameters(new URLSearchParams(query))).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        message: expect.stringMatching(`^${name}: expected .*, got `),
      }),
    )
  })

  it('others are nothing', () => {
    expect(parseRenderParameters(new URLSearchParams('dpr=2&x=y'))).toEqual(
      parseRenderParameters(new URLSearchParams()),
    )
  })
})

it('renders pictures of one pixel', async () => {
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#c83c32' } })
    .png()
    .toBuffer()
  for (const format of ['avif', 'webp', 'jpeg', 'png'])
    for (const query of ['', '&w=100', '&w=3&h=3&fit=cover', '&w=3&h=5&bg=fff'])
      expect((await renderedPixels(dot, `f=${format}${query}`)).width).toBe(1)
})
