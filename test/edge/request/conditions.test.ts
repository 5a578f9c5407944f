import { describe, expect, it } from 'vitest'
import { matchesNone, rangeStillValid } from '../../../src/edge/request/conditions.ts'
import { prefixEtag } from '../../../src/format/version.ts'
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
  ])('%s: %s', (header, expected) => {
    expect(matchesNone(header, '"a.1"')).toBe(expected)
  })

  it('compares weakly from the other side too', () => {
    expect(matchesNone('"a.1"', 'W/"a.1"')).toBe(true)
  })
})

describe('If-Range', () => {
  // Layers end at 1000, 3000 and 7000.
  const header = plainHeader([320, 640, 1280], [1000, 3000, 7000])
  const valid = (ifRange: string | null, start: number) =>
    rangeStillValid(ifRange, start, { hash: H, layer: 2, header })

  it.each([
    ['no header', null, 0],
    ['the same body, from the start', prefixEtag(H, 2), 0],
    ['the same body, from the middle', prefixEtag(H, 2), 5000],
    ['an upgrade from layer 0', prefixEtag(H, 0), 1000],
    ['an upgrade from layer 1', prefixEtag(H, 1), 3000],
    ['layer 0 held, a later start', prefixEtag(H, 0), 3000],
  ])('holds: %s', (_, ifRange, start) => {
    expect(valid(ifRange, start)).toBe(true)
  })

  it.each([
    ['a start inside what the tag covers', prefixEtag(H, 1), 2999],
    ['another file', prefixEtag(H.replace('00', '01'), 1), 3000],
    ['a layer that does not exist', prefixEtag(H, 9), 7000],
    ['a weak tag', `W/${prefixEtag(H, 2)}`, 5000],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 5000],
    ['nonsense', '""', 5000],
  ])('does not hold: %s', (_, ifRange, start) => {
    expect(valid(ifRange, start)).toBe(false)
  })
})
