import { describe, expect, it } from 'vitest'
import { parseImageParams } from '../../../src/edge/request/params.ts'

const read = (query: string) => parseImageParams(new URLSearchParams(query))
const DEFAULTS = {
  width: undefined,
  height: undefined,
  fit: 'contain',
  background: undefined,
  dpr: undefined,
  quality: undefined,
  format: 'auto',
  ht: undefined,
}

describe('image parameters', () => {
  it('have defaults', () => {
    expect(read('')).toEqual(DEFAULTS)
  })

  it.each([
    ['w=1', { width: 1 }],
    ['w=999999', { width: 999_999 }],
    ['w=000640', { width: 640 }],
    ['w=auto', { width: undefined }],
    ['h=200', { height: 200 }],
    ['dpr=2', { dpr: 2 }],
    ['dpr=1.5', { dpr: 1.5 }],
    ['dpr=0.5', { dpr: 0.5 }],
    ['dpr=9', { dpr: 4 }],
    ['q=1', { quality: 1 }],
    ['q=100', { quality: 100 }],
    ['f=auto', { format: 'auto' }],
    ['f=jpeg', { format: 'jpeg' }],
    ['f=native', { format: 'native' }],
    ['ht=1', { ht: 1 }],
    ['ht=4', { ht: 4 }],
    ['fit=contain', {}],
    ['ar=16:9', { aspect: 16 / 9, fit: 'cover' }],
    ['ar=1.5', { aspect: 1.5, fit: 'cover' }],
    ['ar=2:1&fit=contain', { aspect: 2 }],
    ['focus=auto', { focus: 'auto' }],
    ['fit=cover', { fit: 'cover' }],
    ['bg=0a0B0c', { background: '0a0b0c' }],
    ['bg=f80', { background: 'ff8800' }],
    ['bg=%23ffffff', { background: 'ffffff' }],
    ['W=5&width=7&utm_source=x&utm_source=y', {}],
    ['exp=1&kid=a&sig=b', {}],
  ])('reads ?%s', (query, expected) => {
    expect(read(query)).toEqual({ ...DEFAULTS, ...expected })
  })
})
