import { describe, expect, it } from 'vitest'
import { declaredLength } from '../../../src/edge/sources/upload-body.ts'

describe('Content-Length', () => {
  it('is the size of the upload', () => {
    expect(declaredLength('100', 100)).toBe(100)
  })

  it.each([
    [null, 'LENGTH_REQUIRED', 411],
    ['', 'LENGTH_REQUIRED', 411],
    ['-1', 'LENGTH_REQUIRED', 411],
    ['1e3', 'LENGTH_REQUIRED', 411],
    ['0', 'INPUT_EMPTY', 400],
    ['101', 'INPUT_TOO_LARGE', 413],
    ['999999999999999', 'INPUT_TOO_LARGE', 413],
  ])('%s: %s', (header, code, status) => {
    expect(() => declaredLength(header, 100)).toThrow(expect.objectContaining({ code, status }))
  })
})
