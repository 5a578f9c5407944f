import { describe, expect, it } from 'vitest'
import { parseRange } from '../../../src/edge/request/range.ts'

const SIZE = 1000

describe('Range', () => {
  it.each([
    ['bytes=0-', 0, 1000],
    ['bytes=0-0', 0, 1],
    ['bytes=0-999', 0, 1000],
    ['bytes=500-', 500, 1000],
    ['bytes=999-', 999, 1000],
    ['bytes=10-5000', 10, 1000],
    ['bytes=-1', 999, 1000],
    ['bytes=-5000', 0, 1000],
    ['BYTES=1-2', 1, 3],
    ['bytes= 1-2 ', 1, 3],
    ['bytes=1-99999999999999999999999', 1, 1000],
  ])('%s is a part', (header, start, end) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'part', start, end })
  })

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s cannot be satisfied',
    (header) => {
      expect(parseRange(header, SIZE)).toEqual({ kind: 'unsatisfiable' })
    },
  )

  it.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-3',
    'bytes=a-b',
    'bytes=1',
    'bytes=0-1,5-6',
    'bytes=1.5-3',
    'bytes=--5',
    'bytes=0x10-',
    'items=0-5',
    'bytes=1-2;q=1',
  ])('%s means the whole body', (header) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'whole' })
  })
})
