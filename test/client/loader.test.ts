import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGNATURE_PARAMETERS, VARIANT_PARAMETERS } from '../../src/client/address/parameters.ts'
import { type ImageUrlOptions, imageUrl, type LoaderOptions, loader } from '../../src/client/index.ts'
import { parseImageParams } from '../../src/edge/request/params.ts'
import { withPreset } from '../../src/edge/request/presets.ts'

const BASE = 'https://img.example.com/cdn'

describe('loader', () => {
  it.each([
    [{ src: '/cdn/img/cat', width: 640 }, '/cdn/img/cat?w=640'],
    [{ src: '/cdn/img/cat', width: 640, quality: 50 }, '/cdn/img/cat?w=640&q=50'],
    [{ src: '/cdn/img/cat?kid=a&sig=b', width: 640 }, '/cdn/img/cat?kid=a&sig=b&w=640'],
    [{ src: '/cdn/img/cat?w=320#top', width: 640 }, '/cdn/img/cat?w=640'],
    [{ src: '/cdn/img/cat.jpg', width: 640.4 }, '/cdn/img/cat.jpg?w=640'],
    [{ src: 'https://img.example.com/img/cat', width: 1 }, 'https://img.example.com/img/cat?w=1'],
    [{ src: '/i', width: 320, dpr: 2 }, '/i?w=320&dpr=2'],
    [{ src: '/i', width: 320, offlineZoom: true }, '/i?w=320&ht=2'],
    [{ src: '/i', width: 320, offlineZoom: false }, '/i?w=320'],
  ] as const)('makes of %j %s', (options, expected) => {
    expect(loader(options)).toBe(expected)
  })

  it.each([
    ['cat', `${BASE}/img/cat?w=9`],
    ['cat@0af3c1d2.webp', `${BASE}/img/cat@0af3c1d2.webp?w=9`],
    ['cat?exp=9&kid=k&sig=00', `${BASE}/img/cat?exp=9&kid=k&sig=00&w=9`],
    ['a b/../é', `${BASE}/img/a%20b%2F..%2F%C3%A9?w=9`],
    ['/other/img/cat', '/other/img/cat?w=9'],
    ['https://example.com/img/cat', 'https://example.com/img/cat?w=9'],
  ])('puts the id %s below a base, and leaves addresses alone', (src, expected) => {
    expect(loader({ base: BASE, src, width: 9 })).toBe(expected)
    expect(loader({ base: `${BASE}/`, src, width: 9 })).toBe(expected)
  })

  it('writes parameters that the edge parses to the given options', () => {
    const options: LoaderOptions = {
      ...{ src: '/i', width: 300, height: 200.2, dpr: 1.5, quality: 80, format: 'webp', fit: 'cover' },
      ...{ focus: [0.25, 1], background: '#FA0' },
    }
    const { searchParams } = new URL(loader(options), BASE)
    expect(parseImageParams(searchParams)).toEqual({
      ...{ width: 300, height: 200, dpr: 1.5, quality: 80, format: 'webp', fit: 'cover' },
      ...{ focus: { x: 0.25, y: 1 }, background: 'ffaa00', ht: undefined },
    })
    const card = new URL(
      loader({ src: '/i', width: 300, aspectRatio: '16:9', focus: 'auto', preset: 'card' }),
      BASE,
    )
    expect(parseImageParams(card.searchParams)).toMatchObject({
      width: 300,
      aspect: 16 / 9,
      fit: 'cover',
      focus: 'auto',
    })
    expect(card.searchParams.get('preset')).toBe('card')
    const { aspect } = parseImageParams(
      new URL(loader({ src: '/i', width: 3, aspectRatio: 2 / 3 }), BASE).searchParams,
    )
    expect(aspect).toBeCloseTo(2 / 3, 4)
  })
})

describe('numbers', () => {
  it('are rounded and clamped to what the edge accepts', () => {
    const ratio = fc.double({ min: 0.001, max: 40, noNaN: true })
    const side = fc.double({ min: 0.01, max: 99_999, noNaN: true })
    const part = fc.double({ min: -1, max: 2, noNaN: true })
    const quality = fc.double({ min: 0.1, max: 120, noNaN: true })
    fc.assert(
      fc.property(side, side, ratio, quality, part, part, (width, height, dpr, quality, x, y) => {
        const given = { width, height, dpr, quality, focus: [x, y] as const, fit: 'cover' as const }
        const { searchParams } = new URL(loader({ src: '/i', ...given }), BASE)
        const read = parseImageParams(searchParams)
        expect(Math.abs((read.width ?? 0) - Math.max(1, width))).toBeLessThanOrEqual(0.5)
        expect(Math.abs((read.dpr ?? 0) - Math.min(4, dpr))).toBeLessThanOrEqual(0.0001)
        expect(Object(read.focus).x).toBeCloseTo(Math.max(0, Math.min(1, x)), 4)
      }),
    )
  })
})

describe('imageUrl', () => {
  it('may leave the size to the edge', () => {
    expect(imageUrl({ src: '/cdn/img/cat' })).toBe('/cdn/img/cat')
    expect(imageUrl({ src: 'cat', base: BASE, quality: 60 })).toBe(`${BASE}/img/cat?q=60`)
  })

  it('knows every parameter that the edge reads, and no other', () => {
    const read = new Set<string>()
    class Watched extends URLSearchParams {
      override getAll(name: string): string[] {
        read.add(name)
        return super.getAll(name)
      }
    }
    parseImageParams(withPreset(new Watched(), { presets: {}, presetsOnly: false }))
    expect([...read].sort()).toEqual([...VARIANT_PARAMETERS].sort())
    expect(SIGNATURE_PARAMETERS).toEqual(['exp', 'kid', 'sig'])
  })

  it.each([
    ['/cdn/img/my cat', '/cdn/img/my%20cat?w=9'],
    ['/cdn/src/local/Über uns/%20.jpg', '/cdn/src/local/%C3%9Cber%20uns/%20.jpg?w=9'],
    ['/cdn/src/local/a,b(1)&c=d.jpg?v=2', '/cdn/src/local/a,b(1)&c=d.jpg?v=2&w=9'],
  ])('writes %s as a URL parser would', (src, expected) => {
    expect(imageUrl({ src, width: 9 })).toBe(expected)
    expect(new URL(expected, BASE).pathname).toBe(expected.replace(/\?.*/, ''))
  })
})

describe('the address of a picture of a source', () => {
  const at = (src: string, options: Partial<ImageUrlOptions> = {}) =>
    imageUrl({ base: '/cdn', source: 'local', src, width: 9, ...options })

  it.each([
    ['a.jpg', '/cdn/src/local/a.jpg?w=9'],
    ['/photos/a.jpg', '/cdn/src/local/photos/a.jpg?w=9'],
    ['Über uns/photo 1.png', '/cdn/src/local/%C3%9Cber%20uns/photo%201.png?w=9'],
    ['東京/100%.jpg', '/cdn/src/local/%E6%9D%B1%E4%BA%AC/100%25.jpg?w=9'],
    ['what?#1&w=2.jpg', '/cdn/src/local/what%3F%231%26w%3D2.jpg?w=9'],
    ['a%20b.jpg', '/cdn/src/local/a%2520b.jpg?w=9'],
    ['a//b.jpg', '/cdn/src/local/a//b.jpg?w=9'],
    ['img/cat@2x.jpg', '/cdn/src/local/img/cat%402x.jpg?w=9'],
    ['./a/../../../../admin', '/cdn/src/local/admin?w=9'],
    ['a\\..\\b', '/cdn/src/local/a%5C..%5Cb?w=9'],
    ['\ud800.jpg', '/cdn/src/local/%EF%BF%BD.jpg?w=9'],
  ])('in it %j is %s', (src, expected) => {
    expect(at(src)).toBe(expected)
    // A browser changes nothing of it.
    const { pathname, search } = new URL(expected, 'https://example.com')
    expect(pathname + search).toBe(expected)
  })

  it.each([
    ['https://example.com/a.jpg', 'https://example.com/a.jpg?w=9'],
    ['//example.com/a.jpg', '//example.com/a.jpg?w=9'],
    ['/cdn/img/cat', '/cdn/img/cat?w=9'],
    ['/cdn/src/other/a%20b.jpg', '/cdn/src/other/a%20b.jpg?w=9'],
  ])('is %s where that is an address already', (src, expected) => {
    expect(at(src)).toBe(expected)
  })

  it('begins at the root when the CDN is mounted there, whatever the folders are called', () => {
    expect(at('/img/a.jpg', { base: undefined })).toBe('/src/local/img/a.jpg?w=9')
    expect(at('/img/a.jpg', { base: '/' })).toBe('/src/local/img/a.jpg?w=9')
    expect(at('/src/a.jpg', { base: 'https://img.example.com/' })).toBe(
      'https://img.example.com/src/local/src/a.jpg?w=9',
    )
  })

  it('keeps the segments of any path', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('/') && !/^\.\.?$/.test(text))
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const { pathname, search } = new URL(at(segments.join('/')), 'https://example.com')
        expect(pathname.split('/').slice(4).map(decodeURIComponent)).toEqual(segments)
        expect(search).toBe('?w=9')
      }),
    )
  })
})
