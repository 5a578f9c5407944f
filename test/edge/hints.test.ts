import { describe, expect, it } from 'vitest'
import { readHints } from '../../src/edge/hints.ts'

const NONE = { width: undefined, viewportWidth: undefined, dpr: undefined }

describe('Client Hints', () => {
  it.each([
    [{ 'Sec-CH-Width': '600' }, { width: 600 }],
    [{ 'Sec-CH-Viewport-Width': '412' }, { viewportWidth: 412 }],
    [{ 'Sec-CH-DPR': '2.625' }, { dpr: 2.625 }],
    [{ 'Sec-CH-DPR': '8' }, { dpr: 4 }],
  ])('are read: %o', (headers, expected) => {
    expect(readHints(new Headers(headers as Record<string, string>))).toEqual({ ...NONE, ...expected })
  })

  it.each([
    {},
    { 'Sec-CH-Width': '0' },
    { 'Sec-CH-Width': '-5' },
    { 'Sec-CH-Width': '1e3' },
    { 'Sec-CH-Width': '600, 700' },
    { 'Sec-CH-Width': '1'.repeat(50) },
    { 'Sec-CH-Viewport-Width': 'wide' },
    { 'Sec-CH-DPR': '0' },
    { 'Sec-CH-DPR': 'NaN' },
    { Width: '600', DPR: '2', 'Viewport-Width': '800' },
  ])('count as absent: %o', (headers) => {
    expect(readHints(new Headers(headers as Record<string, string>))).toEqual(NONE)
  })
})
