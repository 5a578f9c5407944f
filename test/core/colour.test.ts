import { describe, expect, it } from 'vitest'
import { parseColour } from '../../src/core/colour.ts'

describe('parseColour', () => {
  it.each([
    ['0a1B2c', '0a1b2c'],
    ['#ABCDEF', 'abcdef'],
    ['f80', 'ff8800'],
    ['#F80', 'ff8800'],
  ])('reads %s as %s', (text, digits) => expect(parseColour('bg', text)).toBe(digits))

  it.each(['', '#', 'red', '12', '1234', '12345', '1234567', '##123', '12345g', ' 123', '123\n'])(
    'refuses %j with PARAM_INVALID',
    (text) => {
      const message = `bg: expected a colour as rrggbb or rgb in hexadecimal, got ${JSON.stringify(text)}`
      expect(() => parseColour('bg', text)).toThrow(
        expect.objectContaining({ code: 'PARAM_INVALID', message }),
      )
    },
  )
})
