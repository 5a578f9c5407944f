import { describe, expect, it } from 'vitest'
import type { TranscodeRequest } from '../../../src/edge/transcoder/transcoder.ts'
import { decisionKey, fromQuery, toQuery } from '../../../src/edge/transcoder/wire.ts'

const REQUEST: TranscodeRequest = { layer: 1, width: 640, height: 480, format: 'avif', quality: 75, ht: 1 }

describe('a transcode request as a query', () => {
  it.each<Partial<TranscodeRequest>>([
    {},
    { layer: 15, quality: 1, ht: 4 },
    { fit: 'cover', width: 1, height: 65535 },
    { fit: 'cover', focus: { x: 0.25, y: 1 } },
    { format: 'png' },
    { fit: 'contain', background: '00ff88' },
  ])('reads back what was written: %o', (change) => {
    const request = { ...REQUEST, ...change }
    expect(fromQuery(toQuery(request))).toEqual(request)
  })

  it.each([
    'ht=3',
    'ht=',
    'layer=16',
    'w=0',
    'h=65536',
    'q=101',
    'fit=stretch',
    'focus=2,0',
    'f=gif',
    'bg=red',
  ])('refuses a field out of range: %s', (field) => {
    const query = toQuery(REQUEST)
    const [name = '', value = ''] = field.split('=')
    query.set(name, value)
    expect(() => fromQuery(query)).toThrow(
      expect.objectContaining({
        code: 'PARAM_INVALID',
        message: expect.stringMatching(`^${name}: expected`),
      }),
    )
  })
})

describe('the decision key', () => {
  const key = (change: Partial<TranscodeRequest>, model?: string) =>
    decisionKey({ ...REQUEST, ...change }, model)

  it('names every field, and the version of the transcoder', () => {
    expect(key({})).toBe('1-640x480-avif-q75-v3')
    expect(key({ ht: 2 }, 'abcd')).toBe('1-640x480-avif-q75-ht2.abcd-v3')
    expect(key({ fit: 'contain', background: 'ffffff' })).toBe('1-640x480-contain.ffffff-avif-q75-v3')
  })

  it.each<Partial<TranscodeRequest>>([
    { layer: 2 },
    { width: 320 },
    { fit: 'contain' },
    { fit: 'cover' },
    { fit: 'contain', background: 'ffffff' },
    { quality: 76 },
    { format: 'webp' },
    { fit: 'cover', focus: { x: 0, y: 1 } },
    { ht: 2 },
  ])('differs by %o', (change) => {
    expect(key(change)).not.toBe(key({}))
  })

  it('differs by the height of a box and by the model', () => {
    expect(key({ fit: 'cover', height: 400 })).not.toBe(key({ fit: 'cover', height: 401 }))
    expect(key({ ht: 2 }, 'abcd')).not.toBe(key({ ht: 2 }, 'abce'))
  })
})
