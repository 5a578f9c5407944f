import { describe, expect, it } from 'vitest'
import { HINT_HEADERS, LEGACY_HINT_HEADERS, readHints } from '../../../src/edge/request/hints.ts'

const ALL = [...HINT_HEADERS, ...LEGACY_HINT_HEADERS]
const NONE = { width: undefined, viewportWidth: undefined, dpr: undefined, saveData: false, vary: ALL }

describe('Client Hints', () => {
  it.each([
    [{ 'Sec-CH-Width': '600' }, { width: 600, vary: ['Sec-CH-Width', 'Sec-CH-DPR'] }],
    [{ 'Sec-CH-Viewport-Width': '412' }, { viewportWidth: 412, vary: HINT_HEADERS }],
    [
      { Width: '600', DPR: '2', 'Viewport-Width': '800' },
      { width: 600, viewportWidth: 800, dpr: 2 },
    ],
    [
      { Width: '600', 'Sec-CH-DPR': '3' },
      { width: 600, dpr: 3 },
    ],
    [
      { Width: '600', 'Sec-CH-DPR': '3', DPR: '2' },
      { width: 600, dpr: 2 },
    ],
    [
      { Width: '1600', 'Sec-CH-Width': '400' },
      { width: 400, vary: ['Sec-CH-Width', 'Sec-CH-DPR'] },
    ],
    [
      { Width: '1600', 'Sec-CH-Viewport-Width': '400' },
      { viewportWidth: 400, vary: HINT_HEADERS },
    ],
    [
      { DPR: '2', 'Sec-CH-Viewport-Width': '400' },
      { viewportWidth: 400, vary: HINT_HEADERS },
    ],
    [{ 'Sec-CH-DPR': '2.625' }, { dpr: 2.625 }],
    [{ 'Sec-CH-DPR': '8' }, { dpr: 4 }],
    [{ 'Save-Data': 'on' }, { saveData: true }],
    [{ 'Save-Data': 'ON ' }, { saveData: true }],
  ])('are read from the headers: %o', (headers, expected) => {
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
    { 'Save-Data': '1' },
    { Width: '12px', DPR: '-2', 'Viewport-Width': '' },
  ])('count as missing when they are malformed: %o', (headers) => {
    expect(readHints(new Headers(headers as Record<string, string>))).toEqual(NONE)
  })
})
