import { describe, expect, it } from 'vitest'
import { parseUploadParams } from '../../../src/edge/ingest/upload-params.ts'

const read = (query: string) => parseUploadParams(new URLSearchParams(query))

describe('upload parameters', () => {
  it.each([
    ['', {}],
    ['widths=&quality=&bg=', {}],
    [
      'widths=320,640,1280@80&quality=50&bg=ffeedd',
      { widths: '320,640,1280@80', quality: '50', bg: 'ffeedd' },
    ],
    ['bg=%23fc0', { bg: 'ffcc00' }],
    ['bg=FFCC00', { bg: 'ffcc00' }],
    ['bg=fff&coding=auto', {}],
    ['widths=320,%200640@080&quality=055', { widths: '320,640@80', quality: '55' }],
    ['quality=auto:070', { quality: 'auto:70' }],
  ])('are read: ?%s', (query, expected) => {
    expect(read(query)).toEqual(expected)
  })

  it.each([
    'widths=a',
    'widths=640,320',
    'widths=640,640',
    'widths=0',
    'widths=70000',
    'widths=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17',
    'widths=1&widths=2',
    'widths=4200',
    `widths=${Array.from({ length: 16 }, (_, i) => `640@${60 + i}`).join()}`,
    'quality=0',
    'quality=101',
    'quality=auto',
    'quality=auto:95',
    'quality=auto:70&widths=320,640,640',
    'quality=5e1',
    'quality=1.5',
    'bg=red',
    'bg=ff',
  ])('are refused: ?%s', (query) => {
    expect(() => read(query)).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' }))
  })
})
