import { describe, expect, it } from 'vitest'
import { encodeSourcePath, parseSourcePath, pulledId } from '../../../src/edge/sources/source-path.ts'

describe('the path of a picture of a source', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['a%20b/%C3%BC.png', 'a b/ü.png'],
    ['a+b@2x,(1).png', 'a+b@2x,(1).png'],
    ['...', '...'],
    ['a%3Fb%23c', 'a?b#c'],
    ['100%25.png', '100%.png'],
  ])('%s is read and written again', (encoded, path) => {
    expect(parseSourcePath(encoded)).toBe(path)
    expect(parseSourcePath(encodeSourcePath(path))).toBe(path)
  })

  it.each([
    ['', 'the path of a picture'],
    ['a/', 'a picture, not a folder'],
    ['a//b', 'parts that are no dots'],
    ['/a', 'parts that are no dots'],
    ['a/../b', 'parts that are no dots'],
    ['./a', 'parts that are no dots'],
    ['%2e%2e/a', 'parts that are no dots'],
    ['a%2Fb', 'no encoded slash'],
    ['..%2f..%2fetc', 'no encoded slash'],
    ['a%5c..%5cb', 'no encoded slash'],
    ['a%252fb', 'no encoded slash'],
    ['%252e%252e/a', 'no encoded slash'],
    ['a%00.png', 'no encoded slash'],
    ['a%0d%0ab', 'no encoded slash'],
    ['%ff.png', 'UTF-8, percent-encoded'],
    ['100%.png', 'UTF-8, percent-encoded'],
  ])('%j is refused', (encoded, expected) => {
    expect(() => parseSourcePath(encoded)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(expected) }),
    )
  })

  it('is at most 900 bytes long', () => {
    const longest = 'ü'.repeat(450)
    expect(parseSourcePath(encodeSourcePath(longest))).toBe(longest)
    for (const long of ['a'.repeat(901), encodeSourcePath(`${longest}a`), 'a/'.repeat(1000)])
      expect(() => parseSourcePath(long)).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' }))
  })

  it('gives one id for each picture of each source, always the same', async () => {
    expect(await pulledId('site', 'a/b.jpg')).toBe('s_374eb89cf37453684d41cf1d943ed1cb')
    const ids = [pulledId('site', 'a.jpg'), pulledId('site2', 'a.jpg'), pulledId('site', 'A.jpg')]
    expect(new Set(await Promise.all(ids)).size).toBe(3)
  })
})
