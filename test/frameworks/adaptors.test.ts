import { describe, expect, it } from 'vitest'
import astro, { type AstroTransform } from '../../src/client/frameworks/astro.ts'
import plainLoader, { createLoader } from '../../src/client/frameworks/next.ts'
import strataProvider, { getImage } from '../../src/client/frameworks/nuxt.ts'
import { focusOf } from '../../src/client/frameworks/shared.ts'
import { extract, generate, type StrataOperations, transform } from '../../src/client/frameworks/unpic.ts'

const BASE = 'https://img.example.com/cdn'

describe('a position of CSS', () => {
  it.each([
    ['top', [0.5, 0]],
    ['left', [0, 0.5]],
    ['bottom right', [1, 1]],
    ['right bottom', [1, 1]],
    ['25% 75%', [0.25, 0.75]],
    ['center 20%', [0.5, 0.2]],
    [' LEFT  10% ', [0, 0.1]],
    ['140%', [1, 0.5]],
    ['right-top', [1, 0]],
  ])('%j is the point %j', (position, expected) => {
    expect(focusOf(position)).toEqual(expected)
  })

  it.each([undefined, '', 'center', '50% 50%', '10px 20px', 'top 10px', 'left 1px top 2px', 'entropy'])(
    '%j leaves the centre',
    (position) => {
      expect(focusOf(position)).toBeUndefined()
    },
  )
})

describe('the loader of Next.js', () => {
  it('takes addresses without being told anything', () => {
    expect(plainLoader({ src: '/cdn/img/cat', width: 640 })).toBe('/cdn/img/cat?w=640')
    expect(plainLoader({ src: `${BASE}/img/cat?sig=00`, width: 640, quality: 60 })).toBe(
      `${BASE}/img/cat?sig=00&w=640&q=60`,
    )
  })

  it.each([
    ['cat', `${BASE}/img/cat?w=9`],
    ['/cat', `${BASE}/img/cat?w=9`],
    ['/cat@0af3c1d2?kid=a&sig=00', `${BASE}/img/cat@0af3c1d2?kid=a&sig=00&w=9`],
    ['/cdn/img/cat', '/cdn/img/cat?w=9'],
    ['//img.example.org/img/cat', '//img.example.org/img/cat?w=9'],
  ])('knows %s below a base', (src, expected) => {
    expect(createLoader({ base: BASE })({ src, width: 9 })).toBe(expected)
  })

  it("prefers a picture's own quality", () => {
    const loader = createLoader({ base: '/cdn', quality: 60, format: 'webp' })
    expect(loader({ src: 'cat', width: 9, quality: undefined })).toBe('/cdn/img/cat?w=9&q=60&f=webp')
    expect(loader({ src: 'cat', width: 9, quality: 80 })).toBe('/cdn/img/cat?w=9&q=80&f=webp')
  })
})

describe('the provider of Nuxt', () => {
  it.each([
    [{ width: 640 }, 'w=640'],
    [{ width: '640', height: 480 }, 'w=640&h=480&fit=cover'],
    [{ width: 640, height: 480, fit: 'inside', position: 'top' }, 'w=640&h=480&fit=contain&focus=0.5%2C0'],
    [{ width: 640, height: 480, fit: 'contain', background: '#FFF' }, 'w=640&h=480&fit=contain&bg=FFF'],
    [{ width: 640, fit: 'cover', position: 'top' }, 'w=640'],
    [{ quality: '60', format: 'jpg' }, 'q=60&f=jpeg'],
    [{ quality: 'best', format: 'gif', blur: 3, enlarge: true }, ''],
  ])('makes of %j %s', (modifiers, query) => {
    expect(getImage('/cat', { baseURL: '/cdn', modifiers })).toEqual({
      url: `/cdn/img/cat${query && '?'}${query}`,
    })
  })

  it('needs no options, and is the same by both names', () => {
    expect(getImage('/cdn/img/cat')).toEqual({ url: '/cdn/img/cat' })
    expect(strataProvider().getImage).toBe(getImage)
  })
})

describe("unpic's functions", () => {
  it.each([
    ['/cdn/img/cat', '/cdn/img/cat', {}],
    ['/cdn/img/cat.webp?w=640', '/cdn/img/cat', { width: 640, format: 'webp' }],
    [
      `${BASE}/img/cat@0af3c1d2?w=64&h=48&dpr=2&q=60&f=avif&fit=cover&focus=0.2%2C1&bg=fff&sig=00`,
      `${BASE}/img/cat@0af3c1d2?sig=00`,
      {
        ...{ width: 64, height: 48, dpr: 2, quality: 60, format: 'avif', fit: 'cover', focus: [0.2, 1] },
        background: 'fff',
      },
    ],
    ['/cdn/src/local/a%20b.jpg?w=640', '/cdn/src/local/a%20b.jpg', { width: 640 }],
  ])('take %s apart', (address, src, operations) => {
    expect(extract(address)).toEqual({ src, operations, options: {} })
    expect(new URL(generate(src, operations as StrataOperations), BASE).searchParams.get('w')).toBe(
      new URL(address, BASE).searchParams.get('w'),
    )
  })

  it.each(['cat', '/cat.jpg', 'data:image/png,/img/cat', 'https://example.com/cat.jpg?w=9', ''])(
    'know that %j is not of a CDN',
    (address) => {
      expect(extract(address)).toBeNull()
    },
  )

  it('replace what an address says already', () => {
    expect(transform('/cdn/img/cat.webp?w=320&q=60', { width: 640, format: 'avif' })).toBe(
      '/cdn/img/cat?w=640&q=60&f=avif',
    )
    expect(transform(new URL(`${BASE}/img/cat?w=9`), { width: '64', height: '64' })).toBe(
      `${BASE}/img/cat?w=64&h=64&fit=cover`,
    )
    // A signature that covers the extension holds for no other format.
    expect(transform('/cdn/img/cat.webp?sig=00', { width: 9 })).toBe('/cdn/img/cat.webp?sig=00&w=9')
  })

  it('find ids and paths of sources', () => {
    expect(transform('cat', { width: 9 }, { base: BASE })).toBe(`${BASE}/img/cat?w=9`)
    expect(transform('/img/a b.jpg', { width: 9 }, { base: BASE, source: 'site' })).toBe(
      `${BASE}/src/site/img/a%20b.jpg?w=9`,
    )
  })

  it('crop only what has two sides', () => {
    expect(generate('/i', { width: 9, quality: 60.4 })).toBe('/i?w=9&q=60')
    expect(generate('/i', { width: 9, height: 9, fit: 'contain' })).toBe('/i?w=9&h=9&fit=contain')
    expect(generate('/i', { width: 9, height: 9, background: 'fff' })).toBe('/i?w=9&h=9&bg=fff')
  })
})

describe('the service of Astro', () => {
  const config = { service: { config: { base: '/cdn' } } }
  const url = (options: Partial<AstroTransform>) => astro.getURL({ src: 'cat', ...options }, config)

  it.each([
    [{}, '/cdn/img/cat'],
    [{ width: 640, height: 427 }, '/cdn/img/cat?w=640'],
    [
      { width: 64, height: 64, fit: 'cover', position: 'top' },
      '/cdn/img/cat?w=64&h=64&fit=cover&focus=0.5%2C0',
    ],
    [{ width: 64, height: 64, fit: 'scale-down' }, '/cdn/img/cat?w=64&h=64&fit=contain'],
    [{ width: 64, height: 64, background: '#fff' }, '/cdn/img/cat?w=64&h=64&bg=fff'],
    [{ width: 64, quality: 'low', format: 'png' }, '/cdn/img/cat?w=64&q=25&f=png'],
    [{ width: 64, quality: '70' }, '/cdn/img/cat?w=64&q=70'],
    [{ width: 64, quality: 'finest', format: 'gif' }, '/cdn/img/cat?w=64'],
  ])('makes of %j %s', (options, expected) => {
    expect(url(options)).toBe(expected)
  })

  it('leaves files of the development server and drawings where they are', () => {
    const file = { width: 10, height: 10, src: '/@fs/home/cat.jpg?origWidth=10', format: 'jpg' }
    expect(url({ src: file, width: 10 })).toBe(file.src)
    expect(url({ src: { ...file, src: '/_astro/logo.svg', format: 'svg' } })).toBe('/_astro/logo.svg')
  })

  it('takes what all pictures have in common from the configuration', () => {
    const all = { service: { config: { base: '/cdn', quality: 60, format: 'webp', fit: 'cover' } } } as const
    expect(astro.getURL({ src: 'cat', width: 64, height: 48 }, all)).toBe(
      '/cdn/img/cat?w=64&h=48&q=60&f=webp&fit=cover',
    )
    expect(astro.getURL({ src: 'cat', width: 64, quality: 80, format: 'avif', fit: 'none' }, all)).toBe(
      '/cdn/img/cat?w=64&q=80&f=avif&fit=contain',
    )
  })

  it('lists no candidate wider than an imported file', () => {
    const src = { src: '/_astro/cat.jpg', width: 1000, height: 500, format: 'jpg' }
    const descriptors = (options: Partial<AstroTransform>) =>
      astro.getSrcSet({ src, ...options }).map(({ descriptor }) => descriptor)
    expect(descriptors({ widths: [1600, 400, 1200, 400] })).toEqual(['400w', '1000w'])
    expect(descriptors({ width: 600, densities: [1, '1.5x', 2] })).toEqual(['1x', '1.5x'])
    expect(descriptors({})).toEqual([])
  })

  it('keeps the shape in every candidate', () => {
    const [candidate] = astro.getSrcSet({ src: 'cat', width: 300, height: 200, fit: 'cover', widths: [600] })
    expect(astro.getURL(candidate!.transform, config)).toBe('/cdn/img/cat?w=600&h=400&fit=cover')
  })

  it('gives the element its attributes and no option', () => {
    const options = {
      ...{
        src: 'cat',
        width: 300,
        height: 200,
        widths: [300],
        densities: [1],
        fit: 'cover',
        position: 'top',
      },
      ...{ quality: 60, format: 'webp', formats: ['webp'], layout: 'fixed', priority: true, inferSize: true },
      ...{ background: 'fff', alt: 'A cat', class: 'wide', loading: 'eager' },
    } as AstroTransform
    expect(astro.getHTMLAttributes(options)).toEqual({
      ...{ alt: 'A cat', class: 'wide', width: 300, height: 200, loading: 'eager', decoding: 'async' },
    })
  })
})
