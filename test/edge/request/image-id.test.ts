import { describe, expect, it } from 'vitest'
import { parseImageId } from '../../../src/edge/request/image-id.ts'

describe('image ids', () => {
  it.each([
    ['a', 'a', undefined],
    ['AZaz09_-', 'AZaz09_-', undefined],
    ['x'.repeat(128), 'x'.repeat(128), undefined],
    ['cat@0123abcd', 'cat', '0123abcd'],
    [`cat@${'0'.repeat(32)}`, 'cat', '0'.repeat(32)],
  ])('are read: %s', (text, id, hash) => {
    expect(parseImageId(text)).toEqual({ id, hash })
  })

  it.each([
    '',
    'x'.repeat(129),
    'a b',
    'a/b',
    '..',
    'a.png',
    'é',
    'a%2Fb',
    'a\0',
    'a\n',
    '@0123abcd',
    'a@',
    'a@xyz',
    'a@0123ABCD',
    'a@0123abcd@0123abcd',
    `a@${'0'.repeat(33)}`,
  ])('are refused: %j', (text) => {
    expect(() => parseImageId(text)).toThrow(expect.objectContaining({ code: 'ID_INVALID', status: 400 }))
  })
})
