import { describe, expect, it } from 'vitest'
import { nextTraceparent, parseTraceparent } from '../../../src/core/http/traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('parseTraceparent', () => {
  it('reads version 00', () => {
    const parsed = { traceId: TRACE, parentId: SPAN, isSampled: true }
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(parsed)
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...parsed, isSampled: false })
    // Other flags may mean something one day; only the first is known.
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-fe`)).toEqual({ ...parsed, isSampled: false })
  })

  it('reads what it knows of a later version', () => {
    for (const header of [`01-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-01-what-the-future-says`])
      expect(parseTraceparent(header)).toMatchObject({ traceId: TRACE, isSampled: true })
  })

  it.each([
    ['nothing', undefined],
    ['nothing at all', null],
    ['an empty text', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['no version', `${TRACE}-${SPAN}-01`],
    ['version 00 with more behind it', `00-${TRACE}-${SPAN}-01-more`],
    ['a later version with more but no dash', `01-${TRACE}-${SPAN}-01more`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a long trace', `00-${TRACE}0-${SPAN}-01`],
    ['letters that are no digits', `00-${TRACE.replace('4', 'g')}-${SPAN}-01`],
    ['two headers in one', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['spaces around', ` 00-${TRACE}-${SPAN}-01 `],
    ['a line break at the end', `00-${TRACE}-${SPAN}-01\n`],
    ['a second line', `01-${TRACE}-${SPAN}-01-\r\nX-Injected: 1`],
    ['JSON', `00-${TRACE}-${SPAN}-01","event":"forged`],
    ['too much', `01-${TRACE}-${SPAN}-01-${'a'.repeat(10_000)}`],
  ])('drops %s', (_, header) => expect(parseTraceparent(header)).toBeUndefined())
})

describe('nextTraceparent', () => {
  it('keeps the trace and the first flag, and gives each request a span of its own', () => {
    const parent = { traceId: TRACE, parentId: SPAN, isSampled: true }
    const [one, two] = [nextTraceparent(parent), nextTraceparent(parent)]
    expect(parseTraceparent(one)).toMatchObject({ traceId: TRACE, isSampled: true })
    expect(new Set([one, two, `00-${TRACE}-${SPAN}-01`]).size).toBe(3)
    expect(nextTraceparent({ ...parent, isSampled: false })).toMatch(/-00$/)
  })
})
