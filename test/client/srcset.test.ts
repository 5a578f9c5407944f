import { describe, expect, it } from 'vitest'
import { imageAttributes, sizes, srcset, WIDTHS } from '../../src/client/index.ts'
import { DEFAULT_WIDTHS } from '../../src/format/ladder.ts'

/** Widths of the candidates; each address asks for the width that its descriptor promises. */
function widthsOf(text: string): number[] {
  return text.split(', ').map((candidate) => {
    const [, asked, promised] = /[?&]w=(\d+)\S* (\d+)w$/.exec(candidate) ?? []
    expect(asked, candidate).toBe(promised)
    return Number(promised)
  })
}

describe('srcset', () => {
  it('lists the widths of screens', () => {
    expect(widthsOf(srcset({ src: '/i', sourceWidth: 3840 }))).toEqual(WIDTHS)
    // A width of the ladder costs no resizing.
    expect(WIDTHS).toEqual(expect.arrayContaining([...DEFAULT_WIDTHS]))
    expect(WIDTHS).toEqual([320, 384, 640, 750, 828, 1080, 1200, 1280, 1600, 1920, 2048, 2560, 3840])
  })

  it.each([
    [200, [200]],
    [320, [320]],
    [700, [320, 384, 640, 700]],
    [6000, [...WIDTHS, 6000]],
  ])('ends with the width of a source of %d', (sourceWidth, expected) => {
    expect(widthsOf(srcset({ src: '/i', sourceWidth }))).toEqual(expected)
  })

  it('lists no candidate above 1920 for a source of unknown size', () => {
    expect(widthsOf(srcset({ src: '/i' }))).toEqual(WIDTHS.filter((width) => width <= 1920))
    expect(widthsOf(srcset({ src: '/i', widths: [2560] }))).toEqual([2560])
  })

  it('lists no candidate that the edge does not make', () => {
    const options = { src: '/i', maxWidth: 1920 }
    expect(widthsOf(srcset({ ...options, sourceWidth: 6000 })).at(-1)).toBe(1920)
    expect(widthsOf(srcset({ ...options, sourceWidth: 700 })).at(-1)).toBe(700)
    expect(widthsOf(srcset({ ...options, widths: [640, 2560, 3840] }))).toEqual([640, 1920])
  })

  it('bounds given widths by the source, and adds none', () => {
    expect(widthsOf(srcset({ src: '/i', sourceWidth: 500, widths: [320, 640, 960] }))).toEqual([320, 500])
    expect(widthsOf(srcset({ src: '/i', sourceWidth: 5000, widths: [320, 640] }))).toEqual([320, 640])
  })

  it('gives all candidates the same proportions, within the source', () => {
    const options = { src: '/i', fit: 'cover', aspectRatio: 2, widths: [400, 3000] } as const
    expect(srcset({ ...options, sourceWidth: 4000, sourceHeight: 1000 })).toBe(
      '/i?w=400&h=200&fit=cover 400w, /i?w=2000&h=1000&fit=cover 2000w',
    )
  })
})

describe('imageAttributes', () => {
  it('leaves the address of a picture as it is that is not optimized', () => {
    const src = '/logo.svg?v=2#mark'
    expect(imageAttributes({ base: '/cdn', src, width: 70, height: 40, unoptimized: true })).toEqual({
      ...{ src, srcset: '', sizes: '', width: 70, height: 40 },
    })
  })

  const made = imageAttributes({ src: '/i', width: 700, height: 400, sourceWidth: 2000, quality: 60 })

  it('has a src that is one of its candidates, wide enough', () => {
    expect(made.src).toBe('/i?w=750&q=60')
    expect(made.srcset.split(', ').map((candidate) => candidate.split(' ')[0])).toContain(made.src)
    expect(imageAttributes({ src: '/i', width: 700, height: 400, sourceWidth: 500 }).src).toBe('/i?w=500')
  })

  it('states how wide the picture is shown', () => {
    expect(made).toMatchObject({ sizes: '(min-width: 700px) 700px, 100vw', width: 700, height: 400 })
    expect(sizes(300, 'fixed')).toBe('300px')
  })

  it('has no candidate beyond twice its width, whether or not the size of the source is known', () => {
    const box = { src: '/i', width: 640, height: 400 }
    const upTo1280 = WIDTHS.filter((width) => width <= 1280)
    expect(widthsOf(imageAttributes(box).srcset)).toEqual(upTo1280)
    expect(widthsOf(imageAttributes({ ...box, sourceWidth: 6000 }).srcset)).toEqual(upTo1280)
    expect(widthsOf(imageAttributes({ ...box, sourceWidth: 1000 }).srcset).at(-1)).toBe(1000)
    expect(widthsOf(imageAttributes({ ...box, width: 700 }).srcset).at(-1)).toBe(1600)
    expect(widthsOf(imageAttributes({ ...box, width: 4000, sourceWidth: 6000 }).srcset).at(-1)).toBe(6000)
    expect(widthsOf(imageAttributes({ ...box, widths: [3000] }).srcset)).toEqual([3000])
  })

  it('has two candidates when the picture is shown at one width', () => {
    const fixed = { src: '/i', width: 300, height: 200, layout: 'fixed' } as const
    expect(imageAttributes(fixed)).toEqual({
      ...{ src: '/i?w=300', srcset: '/i?w=300 300w, /i?w=600 600w', sizes: '300px', width: 300, height: 200 },
    })
    expect(widthsOf(imageAttributes({ ...fixed, sourceWidth: 450 }).srcset)).toEqual([300, 450])
    expect(widthsOf(imageAttributes({ ...fixed, sourceWidth: 200 }).srcset)).toEqual([200])
  })

  it('requests the proportions of its box only with cover or a background', () => {
    const box = { base: '/cdn', src: 'cat', width: 96, height: 48, layout: 'fixed' } as const
    expect(imageAttributes(box).src).toBe('/cdn/img/cat?w=96')
    expect(imageAttributes({ ...box, fit: 'cover', focus: [0, 0.5] }).srcset).toBe(
      '/cdn/img/cat?w=96&h=48&fit=cover&focus=0%2C0.5 96w, /cdn/img/cat?w=192&h=96&fit=cover&focus=0%2C0.5 192w',
    )
    expect(imageAttributes({ ...box, background: 'fff' }).src).toBe('/cdn/img/cat?w=96&h=48&bg=fff')
  })

  it('never writes a comma into an address, where it could end a candidate', () => {
    const { srcset } = imageAttributes({ src: '/i', width: 300, height: 200, fit: 'cover', focus: [1, 0] })
    expect(srcset.split(', ').every((candidate) => !candidate.includes(','))).toBe(true)
  })
})
