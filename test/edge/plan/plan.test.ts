import { describe, expect, it } from 'vitest'
import { makePlan, type Plan, type PlanRules, planLabel } from '../../../src/edge/plan/plan.ts'
import { negotiate } from '../../../src/edge/request/accept.ts'
import { HINT_HEADERS, LEGACY_HINT_HEADERS, readHints } from '../../../src/edge/request/hints.ts'
import { parseImageParams } from '../../../src/edge/request/params.ts'
import { plainHeader } from '../plain-header.ts'

const RULES: PlanRules = {
  defaultWidth: 1280,
  maxTranscodeWidth: 1920,
  maxEmbedWidth: 1600,
  hints: 'fill',
  allowedWidths: [],
  embedModels: [],
}
/** The default ladder of a picture of 5000 x 2500. */
const LADDER = [320, 640, 1280, 1920, 2560, 3840, 5000]
const NATIVE = { Accept: 'image/vnd.strata' }

function plan(
  query: string,
  headers: Record<string, string> = {},
  { ladder = LADDER, rules = {} }: { ladder?: readonly number[]; rules?: Partial<PlanRules> } = {},
): Plan {
  const received = new Headers(headers)
  const input = {
    params: parseImageParams(new URLSearchParams(query)),
    hints: readHints(received),
    accepted: negotiate(received.get('Accept')),
  }
  return makePlan(plainHeader(ladder), input, { ...RULES, ...rules })
}

describe('the width of a JPEG', () => {
  it.each([
    ['w=1', 320],
    ['w=320', 320],
    ['w=321', 640],
    ['w=1280', 1280],
    ['w=1281', 1920],
    ['w=320&dpr=2', 640],
    ['w=213&dpr=1.5', 320],
    ['w=214&dpr=1.5', 640],
    ['', 1280],
    ['w=auto', 1280],
    ['dpr=2', 1280],
  ])('snaps up to the ladder: ?%s', (query, width) => {
    expect(plan(query)).toMatchObject({ kind: 'transcode', request: { width, height: width / 2 } })
  })

  it.each(['w=1921', 'w=3000', 'w=5000', 'w=999999', 'w=999999&dpr=4'])(
    'is never above maxTranscodeWidth: ?%s',
    (query) => {
      expect(plan(query)).toMatchObject({ request: { width: 1920, layer: 3 } })
    },
  )

  it('is the widest layer within the limit when more is asked for', () => {
    expect(plan('w=5000', {}, { rules: { maxTranscodeWidth: 1919 } })).toMatchObject({
      request: { width: 1280 },
    })
    expect(plan('w=1300', {}, { rules: { maxTranscodeWidth: 1400 } })).toMatchObject({
      request: { width: 1280 },
    })
  })

  it('is that of the base layer when even this exceeds the limit', () => {
    expect(plan('w=100', {}, { ladder: [2500, 5000] })).toMatchObject({ request: { width: 2500, layer: 0 } })
  })

  it('never exceeds the source', () => {
    expect(plan('w=4000', {}, { ladder: [320, 500] })).toMatchObject({ request: { width: 500, layer: 1 } })
    expect(plan('', {}, { ladder: [1] })).toMatchObject({ request: { width: 1, layer: 0 } })
  })

  it('is bounded by the height', () => {
    expect(plan('w=1280&h=320')).toMatchObject({ request: { width: 640, height: 320 } })
    expect(plan('w=320&h=9000')).toMatchObject({ request: { width: 320 } })
  })

  it('comes from the best of several layers of equal width', () => {
    expect(plan('w=600', {}, { ladder: [320, 640, 640, 1280] })).toMatchObject({
      request: { width: 640, layer: 2 },
    })
  })
})

describe('the layers of a native answer', () => {
  it.each([
    ['f=native&w=320', 0],
    ['f=native&w=321', 1],
    ['f=native&w=640&dpr=2', 2],
    ['f=native&w=4000', 6],
    ['f=native&w=999999', 6],
    ['f=native', 6],
    ['f=native&w=auto', 6],
  ])('follow from the URL: ?%s', (query, layer) => {
    expect(plan(query)).toMatchObject({ kind: 'truncate', layer, length: 1000 * (layer + 1) })
  })

  it('are chosen by hints where there are any', () => {
    expect(plan('f=native', { 'Sec-CH-Width': '600' })).toMatchObject({ layer: 1 })
  })

  it('are those of the default width when only Accept asks for the format', () => {
    expect(plan('', NATIVE)).toMatchObject({ kind: 'truncate', layer: 2 })
  })

  it('do not depend on h, q and ht', () => {
    expect(plan('f=native&w=640&h=1&q=1&ht=4')).toMatchObject({ layer: 1 })
  })
})

describe('the format', () => {
  it.each([
    ['', {}, 'transcode'],
    ['', { Accept: '*/*' }, 'transcode'],
    ['', NATIVE, 'truncate'],
    ['f=auto', NATIVE, 'truncate'],
    ['f=jpeg', NATIVE, 'transcode'],
    ['f=native', { Accept: 'image/jpeg' }, 'truncate'],
  ])('?%s with %o: %s', (query, headers, kind) => {
    expect(plan(query, headers as Record<string, string>).kind).toBe(kind)
  })
})

describe('hints', () => {
  const width = (made: Plan) => (made.kind === 'transcode' ? made.request.width : undefined)

  it.each([
    [{ 'Sec-CH-Width': '600' }, 640],
    [{ 'Sec-CH-Width': '600', 'Sec-CH-DPR': '2' }, 640],
    [{ 'Sec-CH-Width': '600', 'Sec-CH-Viewport-Width': '2000' }, 640],
    [{ 'Sec-CH-Viewport-Width': '600', 'Sec-CH-DPR': '2' }, 1280],
    [{ 'Sec-CH-Viewport-Width': '600' }, 640],
    [{ 'Sec-CH-DPR': '3' }, 1280],
  ])('choose the width: %o', (headers, expected) => {
    expect(width(plan('', headers as Record<string, string>))).toBe(expected)
  })

  it('do not override an explicit w', () => {
    const made = plan('w=320', { 'Sec-CH-Width': '1900', 'Sec-CH-DPR': '2' })
    expect(made).toMatchObject({ request: { width: 320 }, contentDpr: undefined, vary: ['Accept'] })
  })

  it('bound an explicit w from above with hints: cap, never raise it', () => {
    const rules = { hints: 'cap' } as const
    expect(width(plan('w=1900', { 'Sec-CH-Width': '600' }, { rules }))).toBe(640)
    expect(width(plan('w=320', { 'Sec-CH-Width': '1900' }, { rules }))).toBe(320)
    expect(width(plan('w=320', {}, { rules }))).toBe(320)
  })

  it('are not read with hints: off', () => {
    const made = plan('', { 'Sec-CH-Width': '300' }, { rules: { hints: 'off' } })
    expect(made).toMatchObject({ request: { width: 1280 }, vary: ['Accept'], contentDpr: undefined })
  })

  it('set Content-DPR, so that the layout keeps its size', () => {
    expect(plan('', { 'Sec-CH-Width': '600', 'Sec-CH-DPR': '2' }).contentDpr).toBeCloseTo(640 / 300)
    expect(plan('', { 'Sec-CH-Width': '640' }).contentDpr).toBe(1)
    expect(plan('').contentDpr).toBeUndefined()
  })
})

describe('Vary', () => {
  it.each([
    ['w=640', {}, ['Accept']],
    ['w=640&f=jpeg', {}, []],
    ['w=640&f=native', {}, []],
    ['', { 'Sec-CH-Width': '600' }, ['Accept', 'Sec-CH-Width', 'Sec-CH-DPR']],
    ['', {}, ['Accept', ...HINT_HEADERS, ...LEGACY_HINT_HEADERS]],
    ['f=jpeg', {}, [...HINT_HEADERS, ...LEGACY_HINT_HEADERS]],
    ['f=jpeg', { 'Sec-CH-Viewport-Width': '600' }, HINT_HEADERS],
  ])('names the headers that the plan depends on: ?%s with %o', (query, headers, expected) => {
    expect(plan(query, headers as Record<string, string>).vary).toEqual(expected)
  })
})

describe('embed factors', () => {
  it.each(['ht=2', 'ht=4'])('?%s is refused where the transcoder cannot make it', (query) => {
    expect(() => plan(query)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining('ht: only 1') }),
    )
  })

  const embedModels = [{ factor: 2, id: 'abcd' }] as const
  const rules = { embedModels }

  it.each([
    ['w=320', 320, 1, 2],
    ['w=640', 640, 2, 2],
    ['w=640&ht=2', 640, 2, 2],
    ['w=640&ht=1', 640, 1, 1],
    // The layer of 2560 is above maxEmbedWidth.
    ['w=1280', 1280, 2, 1],
    ['w=1280&ht=2', 1280, 2, 1],
    ['w=640&h=160', 320, 1, 2],
  ])('are chosen by what the file holds: ?%s', (query, width, layer, ht) => {
    const made = plan(query, {}, { rules })
    expect(made).toMatchObject({ request: { width, layer, ht }, length: 1000 * (layer + 1) })
    expect(planLabel(made)).toBe(`transcode;layer=${layer};w=${width};ht=${ht}`)
  })

  it('accept a layer that is wider, or one pixel short by rounding', () => {
    expect(plan('w=213', {}, { rules, ladder: [213, 425, 640] })).toMatchObject({
      request: { layer: 1, ht: 2 },
    })
    expect(plan('w=213', {}, { rules, ladder: [213, 424, 640] })).toMatchObject({
      request: { layer: 2, ht: 2 },
    })
    expect(plan('w=213', {}, { rules, ladder: [213, 424] })).toMatchObject({ request: { layer: 0, ht: 1 } })
    expect(plan('w=640', {}, { rules, ladder: [640, 1700] })).toMatchObject({ request: { layer: 0, ht: 1 } })
    expect(plan('w=320', {}, { rules: { ...rules, maxEmbedWidth: 0 } })).toMatchObject({ request: { ht: 1 } })
  })

  it('are refused without a model, and 1 by default then', () => {
    expect(() => plan('ht=4', {}, { rules })).toThrow('ht: only 1, 2 is available')
    expect(plan('w=320')).toMatchObject({ request: { layer: 0, ht: 1, quality: 75 } })
    expect(plan('w=320')).not.toHaveProperty('embedModel')
  })

  it('follow Save-Data where q is not given, and say so in Vary', () => {
    const saving = { 'Save-Data': 'on' }
    expect(plan('w=640', saving, { rules })).toMatchObject({
      request: { quality: 50 },
      vary: ['Accept', 'Save-Data'],
    })
    expect(plan('w=640', {}, { rules })).toMatchObject({
      request: { quality: 75 },
      vary: ['Accept', 'Save-Data'],
    })
    expect(plan('w=640&q=80', saving, { rules })).toMatchObject({
      request: { quality: 80 },
      vary: ['Accept'],
    })
    expect(plan('w=640&ht=1', saving, { rules })).toMatchObject({
      request: { quality: 75 },
      vary: ['Accept'],
    })
    expect(plan('w=640', saving)).toMatchObject({ request: { quality: 75 }, vary: ['Accept'] })
  })
})

describe('Strata-Plan', () => {
  it('names layer, width and embed factor', () => {
    expect(planLabel(plan('w=600'))).toBe('transcode;layer=1;w=640;ht=1')
    expect(planLabel(plan('w=600&f=native'))).toBe('truncate;layer=1')
  })
})
