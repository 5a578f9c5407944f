import { describe, expect, it } from 'vitest'
import { type LoaderOptions, loader } from '../../src/client/index.ts'
import { parseImageParams } from '../../src/edge/request/params.ts'

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

  it('writes parameters that the edge reads as they were meant', () => {
    const options: LoaderOptions = {
      ...{ src: '/i', width: 300, height: 200.2, dpr: 1.5, quality: 80, format: 'webp', fit: 'cover' },
      ...{ focus: [0.25, 1], background: '#FA0' },
    }
    const { searchParams } = new URL(loader(options), BASE)
    expect(parseImageParams(searchParams)).toEqual({
      ...{ width: 300, height: 200, dpr: 1.5, quality: 80, format: 'webp', fit: 'cover' },
      ...{ focus: { x: 0.25, y: 1 }, background: 'ffaa00', ht: undefined },
    })
  })
})
