import { describe, expect, it } from 'vitest'
import { parseImageParams } from '../../../src/edge/request/params.ts'
import { inSteps } from '../../../src/edge/request/steps.ts'

const read = (query: string) => parseImageParams(new URLSearchParams(query))
const stepped = (query: string, preset?: string) =>
  inSteps(read(query), preset === undefined ? {} : read(preset))

describe('focus of an unsigned URL', () => {
  it.each([
    ['0.2,0.75', { x: 0.2, y: 0.75 }],
    ['0.21,0.769999', { x: 0.2, y: 0.75 }],
    ['0,1', { x: 0, y: 1 }],
    ['0.024999,0.976', { x: 0, y: 1 }],
    ['0.5,0.5', undefined],
    ['0.51,0.4999', undefined],
    ['auto', 'auto'],
  ])('%s is %j', (text, expected) => {
    expect(stepped(`focus=${text}`).focus).toEqual(expected)
  })

  it('has 440 values besides none, whatever is asked', () => {
    const values = new Set<string>()
    for (let x = 0; x <= 1; x += 0.0101) {
      for (let y = 0; y <= 1; y += 0.0101)
        values.add(JSON.stringify(stepped(`focus=${x.toFixed(6)},${y.toFixed(6)}`).focus))
    }
    expect(values.size).toBe(441)
  })
})

describe('bg of an unsigned URL', () => {
  it.each(['fff', '000', 'f80', '0af', '336699', '808080', 'f5f5f5', '010101'])(
    '%s stays as it is',
    (text) => {
      const { background } = read(`bg=${text}`)
      expect(stepped(`bg=${text}`).background).toBe(background)
    },
  )

  it('has at most 31 levels of each channel, a little off at most', () => {
    const levels = new Set<number>()
    for (let value = 0; value < 256; value++) {
      const text = `${value.toString(16).padStart(2, '0')}00ff`
      const level = Number.parseInt(stepped(`bg=${text}`).background!.slice(0, 2), 16)
      expect(Math.abs(level - value)).toBeLessThanOrEqual(5)
      levels.add(level)
    }
    expect(levels.size).toBe(31)
  })
})

describe('what a preset names', () => {
  it('is no step', () => {
    const preset = 'w=400&bg=123457&focus=0.123,0.4'
    expect(stepped('w=400&bg=123457&focus=0.123,0.4', preset)).toMatchObject({
      background: '123457',
      focus: { x: 0.123, y: 0.4 },
    })
    const own = stepped('w=400&bg=123458&focus=0.124,0.4', preset)
    expect(own).toMatchObject({ background: '113355', focus: { x: 0.1, y: 0.4 } })
  })
})
