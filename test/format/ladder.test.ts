import { describe, expect, it } from 'vitest'
import {
  defaultWidths,
  ladderFor,
  layerHeight,
  parseWidths,
  searchedLayers,
} from '../../src/format/ladder.ts'
import { defaultQuality, parseQuality } from '../../src/format/quality.ts'

const ofWidths = (...widths: number[]) => widths.map((width) => ({ width }))

describe('defaultWidths', () => {
  it.each([
    [1, [1]],
    [320, [320]],
    [376, [376]], // 0.85 * 376 = 319.6, below 320
    [377, [320, 377]], // 0.85 * 377 = 320.45, above 320
    [640, [320, 640]],
    [752, [320, 752]],
    [753, [320, 640, 753]],
    [1280, [320, 640, 1280]],
    [1600, [320, 640, 1280, 1600]],
    [1920, [320, 640, 1280, 1920]],
    [2000, [320, 640, 1280, 2000]],
    [4000, [320, 640, 1280, 1920, 2560, 4000]],
    [6000, [320, 640, 1280, 1920, 2560, 3840, 6000]],
    [65535, [320, 640, 1280, 1920, 2560, 3840, 65535]],
  ])('gives for a source %i pixels wide the widths %j', (sourceWidth, widths) => {
    expect(defaultWidths(sourceWidth)).toEqual(widths)
  })

  it.each([0, -1, 1.5, Number.NaN, 65536])('refuses a source width of %d', (width) => {
    expect(() => defaultWidths(width)).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' }))
  })
})

describe('parseWidths', () => {
  it.each([
    ['640', [[640, 60]]],
    [
      '640,1280',
      [
        [640, 60],
        [1280, 60],
      ],
    ],
    [
      '640,1280,1280@80',
      [
        [640, 60],
        [1280, 60],
        [1280, 80],
      ],
    ],
    [
      ' 640@30 , 1280@100 ',
      [
        [640, 30],
        [1280, 100],
      ],
    ],
    ['1@1', [[1, 1]]],
    [
      '1280@1,1280@2,1280@3',
      [
        [1280, 1],
        [1280, 2],
        [1280, 3],
      ],
    ],
    [
      '640@90,1280@10',
      [
        [640, 90],
        [1280, 10],
      ],
    ],
  ])('reads %j', (spec, expected) => {
    const rungs = expected.map(([width, quality]) => ({ width, quality }))
    expect(parseWidths(spec, 1280, 60)).toEqual(rungs)
  })

  it.each([
    ['', 'a list such as'],
    [',', 'a list such as'],
    ['640,', 'a list such as'],
    ['640;1280', 'a list such as'],
    ['640@', 'a list such as'],
    ['@80', 'a list such as'],
    ['-640', 'a list such as'],
    ['6.4e2', 'a list such as'],
    ['0x80', 'a list such as'],
    ['1000000', 'a list such as'],
    ['640@1000', 'a list such as'],
    ['0', 'from 1 to the source'],
    ['1281', "from 1 to the source's width, 1280, got 1281"],
    ['640@0', 'quality: expected an integer from 1 to 100, got 0'],
    ['640@101', 'quality: expected an integer from 1 to 100, got 101'],
    ['1280,640', 'a list that never falls, got "1280,640"'],
    ['640,640', 'equal widths with rising quality, got "640@60,640@60"'],
    ['640@70,640', 'equal widths with rising quality'],
    [Array.from({ length: 17 }, (_, i) => i + 1).join(), '1 to 16 widths'],
    [','.repeat(1e6), 'a list such as'],
  ])('refuses %j', (spec, reason) => {
    expect(() => parseWidths(spec, 1280, 60)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(reason) }),
    )
  })

  it.each([
    ['4097', 'a first width of at most 4096'],
    [
      Array.from({ length: 7 }, (_, i) => `640@${60 + i}`).join(),
      'at most 6 times the pixels of the largest, got 7',
    ],
  ])('refuses what no request could decode: %s', (spec, reason) => {
    expect(() => parseWidths(spec, 8000)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(reason) }),
    )
  })

  it('accepts a wide base, six equal widths and wide layers above a narrow one', () => {
    for (const spec of ['4096', Array.from({ length: 6 }, (_, i) => `640@${60 + i}`).join(), '320,8000']) {
      expect(parseWidths(spec, 8000).length).toBeGreaterThan(0)
    }
  })

  it('accepts sixteen widths', () => {
    expect(parseWidths(Array.from({ length: 16 }, (_, i) => i + 1).join(), 16, 60)).toHaveLength(16)
  })
})

describe('ladderFor', () => {
  it('gives the default widths, all at the given quality, when there is no list', () => {
    expect(ladderFor(800)).toEqual(
      [320, 640, 800].map((width, layer) => ({ width, quality: defaultQuality(layer) })),
    )
    expect(ladderFor(800, undefined, 90)[0]).toEqual({ width: 320, quality: 90 })
    expect(ladderFor(800, '100', 90)).toEqual([{ width: 100, quality: 90 }])
  })

  it.each([0, 101, 1.5, Number.NaN])('refuses quality %d, with a list and without', (quality) => {
    expect(() => ladderFor(800, undefined, quality)).toThrow('quality: expected an integer from 1 to 100')
    expect(() => ladderFor(800, '640@50', quality)).toThrow('quality: expected an integer from 1 to 100')
  })
})

describe('layerHeight', () => {
  it.each([
    [320, 1280, 853, 213],
    [640, 1280, 853, 427], // 426.5 is rounded up
    [1280, 1280, 853, 853],
    [1, 65535, 1, 1], // at least 1
    [320, 6000, 1, 1],
    [1, 1, 65535, 65535],
    [2, 3, 65535, 43690],
  ])(
    'gives for width %i of a source of %i x %i the height %i',
    (width, sourceWidth, sourceHeight, height) => {
      expect(layerHeight(width, sourceWidth, sourceHeight)).toBe(height)
    },
  )
})

describe('a ladder with equal widths', () => {
  it('is refused unless each of them has its own quality, by default and in a search', () => {
    expect(() => parseWidths('320,640,640', 640)).toThrow('widths: expected equal widths with rising quality')
    expect(() => searchedLayers(ofWidths(320, 640, 640), '320,640,640@80')).toThrow(
      'widths: expected equal widths with qualities of their own beside quality=auto',
    )
    expect(searchedLayers(ofWidths(320, 640, 640), '320,640@50,640@80')).toEqual([0])
    expect(searchedLayers(ofWidths(320, 640, 800))).toEqual([0, 1, 2])
  })
})

describe('parseQuality', () => {
  it('parses a quality from 1 to 100, or a target score', () => {
    expect([parseQuality('1'), parseQuality('100')]).toEqual([1, 100])
    expect([parseQuality('auto:30'), parseQuality('auto:75')]).toEqual([{ score: 30 }, { score: 75 }])
  })

  it.each([
    '',
    '0',
    '101',
    '1e1',
    '-5',
    '60.5',
    'auto',
    'auto:',
    'auto:29',
    'auto:91',
    'auto:7.5',
    'AUTO:75',
    'auto:075x',
  ])('refuses %j and names the expected forms', (text) => {
    expect(() => parseQuality(text)).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        message: expect.stringContaining('quality: expected an integer from 1 to 100, or auto:30 to auto:90'),
      }),
    )
  })
})
