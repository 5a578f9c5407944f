import { describe, expect, it } from 'vitest'
import { imageAttributes, LADDER, loader, sizes, srcset } from '../../src/client/index.ts'
import { DEFAULT_WIDTHS } from '../../src/format/ladder.ts'

describe('loader', () => {
  it.each([
    [{ src: '/cdn/img/cat', width: 640 }, '/cdn/img/cat?w=640'],
    [{ src: '/cdn/img/cat', width: 640, quality: 50 }, '/cdn/img/cat?w=640&q=50'],
    [{ src: '/cdn/img/cat?kid=a&sig=b', width: 640 }, '/cdn/img/cat?kid=a&sig=b&w=640'],
    [{ src: '/cdn/img/cat?w=320', width: 640 }, '/cdn/img/cat?w=640'],
    [{ src: 'https://img.example.com/img/cat', width: 1 }, 'https://img.example.com/img/cat?w=1'],
  ])('makes of %j %s', (options, expected) => {
    expect(loader(options)).toBe(expected)
  })
})

describe('srcset', () => {
  it('names the default ladder', () => {
    expect(LADDER).toEqual(DEFAULT_WIDTHS)
    expect(srcset({ src: '/i' })).toBe(LADDER.map((width) => `/i?w=${width} ${width}w`).join(', '))
  })

  it('ends with the width of the source, as the ladder does', () => {
    expect(srcset({ src: '/i', sourceWidth: 1400 })).toBe('/i?w=320 320w, /i?w=640 640w, /i?w=1400 1400w')
    expect(srcset({ src: '/i', sourceWidth: 200, widths: [320] })).toBe('/i?w=200 200w')
  })
})

describe('imageAttributes', () => {
  const made = imageAttributes({ src: '/i', width: 700, height: 400, sourceWidth: 2000, quality: 60 })

  it('has a src that is one of its candidates, wide enough', () => {
    expect(made.src).toBe('/i?w=1280&q=60')
    expect(made.srcset.split(', ').map((candidate) => candidate.split(' ')[0])).toContain(made.src)
  })

  it('says how wide the picture is shown', () => {
    expect(made).toMatchObject({ sizes: '(min-width: 700px) 700px, 100vw', width: 700, height: 400 })
    expect(sizes(300, 'fixed')).toBe('300px')
    expect(imageAttributes({ src: '/i', width: 300, height: 200, layout: 'fixed' }).sizes).toBe('300px')
  })
})
