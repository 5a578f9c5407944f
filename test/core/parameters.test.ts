import { describe, expect, it } from 'vitest'
import { choice, integer, point, positive, single } from '../../src/core/parameters.ts'

const refused = (name: string) =>
  expect.objectContaining({
    code: 'PARAM_INVALID',
    message: expect.stringMatching(`^${name}: expected .*, got `),
  })

describe('parameters', () => {
  it('are given once', () => {
    const query = new URLSearchParams('a=1&b=&c=1&c=2')
    expect([single(query, 'a'), single(query, 'b'), single(query, 'x')]).toEqual(['1', '', undefined])
    expect(() => single(query, 'c')).toThrow(refused('c'))
  })

  it('may be integers', () => {
    expect([integer('n', '0', 0, 9), integer('n', '007', 0, 9)]).toEqual([0, 7])
    for (const text of ['', '-1', '10', '1.0', '1e0', ' 1', '0x1', '0000001'])
      expect(() => integer('n', text, 0, 9), text).toThrow(refused('n'))
  })

  it('may be numbers above 0', () => {
    expect(['1', '999999999', '0.5', '366.30000000000001'].map((text) => positive('w', text))).toEqual([
      1, 999_999_999, 0.5, 366.3,
    ])
    for (const text of ['', '0', '0.0', '-1', '1000000000', '1.', '.5', '1e3', 'NaN', 'Infinity', '1,5'])
      expect(() => positive('w', text), text).toThrow(refused('w'))
  })

  it('may be points', () => {
    expect(['0,1', '0.25,0.5', '1.0,0.000001', '.5,.25'].map((text) => point('focus', text))).toEqual([
      { x: 0, y: 1 },
      { x: 0.25, y: 0.5 },
      { x: 1, y: 0.000001 },
      { x: 0.5, y: 0.25 },
    ])
    for (const text of ['', '0', '0,', ',0', '1.1,0', '0,1.000001', '-0,0', '.,.', '0;0', '0,0,0', ' 0,0'])
      expect(() => point('focus', text), text).toThrow(refused('focus'))
  })

  it('may be words', () => {
    expect(choice('fit', 'cover', ['contain', 'cover'])).toBe('cover')
    for (const text of ['', 'Cover', 'cover ', 'constructor'])
      expect(() => choice('fit', text, ['contain', 'cover']), text).toThrow(refused('fit'))
  })
})
