import { describe, expect, it } from 'vitest'
import { ERRORS, invalidParam, StrataError, type StrataErrorCode } from '../../src/core/errors.ts'

const codes = Object.keys(ERRORS) as StrataErrorCode[]

describe('the list of errors', () => {
  it('is alphabetical and without duplicates', () => {
    expect(codes).toEqual([...codes].sort())
  })

  it.each(codes)('%s has a 4xx or 5xx status and a meaning', (code) => {
    expect(ERRORS[code].status).toBeGreaterThanOrEqual(400)
    expect(ERRORS[code].status).toBeLessThan(600)
    expect(ERRORS[code].meaning).not.toBe('')
  })
})

describe('StrataError', () => {
  it('carries code, status, message and cause', () => {
    const cause = new Error('disk')
    const error = new StrataError('NOT_FOUND', 'no image "a"', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'StrataError',
      code: 'NOT_FOUND',
      status: 404,
      message: 'no image "a"',
      cause,
    })
  })
})

describe('invalidParam', () => {
  it('names the parameter, the expected value and the actual value', () => {
    expect(invalidParam('w', '1 to 6 digits', 'a\nb')).toMatchObject({
      code: 'PARAM_INVALID',
      message: 'w: expected 1 to 6 digits, got "a\\nb"',
    })
  })

  it('cuts a long value', () => {
    expect(invalidParam('w', 'a number', 'x'.repeat(10_000)).message.length).toBeLessThan(120)
  })
})
