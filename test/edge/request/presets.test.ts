import { describe, expect, it } from 'vitest'
import { type PresetRules, withPreset } from '../../../src/edge/request/presets.ts'

const presets = { card: 'w=400&ar=16:9&q=70', hero: 'w=1600' }
const merged = (query: string, rules: Partial<PresetRules> = {}) =>
  Object.fromEntries(withPreset(new URLSearchParams(query), { presets, presetsOnly: false, ...rules }))

describe('preset', () => {
  it('stands for its parameters', () => {
    expect(merged('preset=card')).toEqual({ preset: 'card', w: '400', ar: '16:9', q: '70' })
  })

  it('counts less than what the URL names', () => {
    expect(merged('w=200&preset=card&dpr=2')).toEqual({
      preset: 'card',
      w: '200',
      ar: '16:9',
      q: '70',
      dpr: '2',
    })
  })

  it('is not needed', () => expect(merged('w=200')).toEqual({ w: '200' }))

  it.each(['preset=cart', 'preset=', 'preset=__proto__', 'preset=toString'])('is refused: %s', (query) => {
    expect(() => merged(query)).toThrow(/^preset: expected card or hero, got/)
  })

  it('is refused when it is given twice, and so is a parameter', () => {
    expect(() => merged('preset=card&preset=hero')).toThrow(/^preset: expected one value/)
    expect(
      withPreset(new URLSearchParams('preset=card&w=1&w=2'), { presets, presetsOnly: false }).getAll('w'),
    ).toEqual(['1', '2'])
  })
})

describe('presetsOnly', () => {
  const only = { presetsOnly: true }

  it('answers a preset, whatever unknown parameters are beside it', () => {
    expect(merged('preset=hero&utm_source=x&sig=1', only)).toMatchObject({ w: '1600' })
  })

  it.each(['', 'w=400', 'preset=card&w=400', 'preset=card&f=png', 'preset=card&dpr=2', 'utm=1'])(
    'refuses %j',
    (query) => expect(() => merged(query, only)).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' })),
  )

  it('says that there are none', () => {
    expect(() => merged('preset=card', { presets: {} })).toThrow('there are no presets')
  })
})
