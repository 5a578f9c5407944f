import { describe, expect, it } from 'vitest'
import { parseImageParams } from '../../../src/edge/request/params.ts'

describe('invalid image parameters', () => {
  it.each([
    'w=',
    'w=0',
    'w=000000',
    'w=-1',
    'w=+1',
    'w=1e9',
    'w=1000000',
    'w=12.5',
    'w=abc',
    'w=Infinity',
    'w=NaN',
    'w=%00',
    'w=٣٢٠',
    'w=640px',
    'w=640&w=640',
    'w=640&w=320',
    'h=0',
    'h=x',
    'dpr=0',
    'dpr=-1',
    'dpr=',
    'dpr=1e2',
    'dpr=100',
    'dpr=1,5',
    'q=0',
    'q=101',
    'q=high',
    'f=gif',
    'f=JPEG',
    'f=',
    'ht=0',
    'ht=3',
    'ht=01',
    'fit=fill',
    'fit=',
    'bg=',
    'bg=red',
    'bg=ffff',
    'bg=ffffff00',
    'bg=fff&bg=fff',
  ])('are refused with the name of the parameter: ?%s', (query) => {
    const name = query.slice(0, query.indexOf('='))
    expect(() => parseImageParams(new URLSearchParams(query))).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        status: 400,
        message: expect.stringMatching(`^${name}: expected`),
      }),
    )
  })

  it('are shortened in the message', () => {
    const attempt = () => parseImageParams(new URLSearchParams({ w: '9'.repeat(10_000) }))
    expect(attempt).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{20,150}$/) }))
  })
})
