import { describe, expect, it } from 'vitest'
import { jpegEtag, matchesNone, nativeEtag, rangeStillValid } from '../../../src/edge/plan/etag.ts'
import { plainHeader } from '../plain-header.ts'

const H = '00112233445566778899aabbccddeeff'

describe('If-None-Match', () => {
  it.each([
    ['"a.1"', true],
    ['W/"a.1"', true],
    ['"x", "a.1" ,"y"', true],
    ['*', true],
    [' * ', true],
    ['"a.2"', false],
    ['a.1', false],
    ['', false],
    [null, false],
    ['"', false],
  ])('%s', (header, expected) => {
    expect(matchesNone(header, '"a.1"')).toBe(expected)
  })

  it('compares weakly from the other side too', () => {
    expect(matchesNone('"a.1"', 'W/"a.1"')).toBe(true)
  })
})

describe('the ETag of a JPEG', () => {
  const plan = {
    kind: 'transcode',
    layer: 1,
    length: 100,
    width: 640,
    height: 480,
    quality: 75,
    ht: 1,
    vary: [],
    contentDpr: undefined,
  } as const

  it.each([
    { layer: 2 },
    { width: 320 },
    { fit: 'contain' as const },
    { fit: 'cover' as const },
    { fit: 'contain' as const, background: 'ffffff' },
    { quality: 76 },
    { ht: 2 as const },
    { ht: 2 as const, embedModel: 'abcd' },
    { ht: 2 as const, embedModel: 'abce' },
  ])('differs by %o', (change) => {
    expect(jpegEtag(H, { ...plan, ...change })).not.toBe(jpegEtag(H, plan))
  })

  it('differs by the height of a box', () => {
    const box = { ...plan, fit: 'cover', height: 400 } as const
    expect(jpegEtag(H, box)).not.toBe(jpegEtag(H, { ...box, height: 401 }))
  })

  it('is not that of another file or of the native body', () => {
    expect(jpegEtag(H.replace('00', '01'), plan)).not.toBe(jpegEtag(H, plan))
    expect(jpegEtag(H, plan)).not.toContain(nativeEtag(H, 1))
  })
})

describe('If-Range', () => {
  // Layers end at 1000, 3000 and 7000.
  const header = plainHeader([320, 640, 1280], [1000, 3000, 7000])
  const valid = (ifRange: string | null, start: number) =>
    rangeStillValid(ifRange, start, { hash: H, layer: 2, header })

  it.each([
    ['no header', null, 0],
    ['the same body, from the start', nativeEtag(H, 2), 0],
    ['the same body, from the middle', nativeEtag(H, 2), 5000],
    ['an upgrade from layer 0', nativeEtag(H, 0), 1000],
    ['an upgrade from layer 1', nativeEtag(H, 1), 3000],
    ['layer 0 held, a later start', nativeEtag(H, 0), 3000],
  ])('holds: %s', (_, ifRange, start) => {
    expect(valid(ifRange, start)).toBe(true)
  })

  it.each([
    ['a start inside what the tag covers', nativeEtag(H, 1), 2999],
    ['another file', nativeEtag(H.replace('00', '01'), 1), 3000],
    ['a layer that does not exist', nativeEtag(H, 9), 7000],
    ['a weak tag', `W/${nativeEtag(H, 2)}`, 5000],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 5000],
    ['nonsense', '""', 5000],
  ])('does not hold: %s', (_, ifRange, start) => {
    expect(valid(ifRange, start)).toBe(false)
  })
})
