import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_DIMENSION,
  MAX_FORMAT_SIDE,
  MAX_LAYER_PIXELS,
  MAX_LAYERS,
  MAX_PREFIX_BYTES,
  MAX_SOURCE_PIXELS,
  MAX_STRIP_WIDTH,
} from '../../../src/core/limits/table.ts'
import { parseUploadParams } from '../../../src/edge/ingest/upload-params.ts'
import { DEFAULT_RULES } from '../../../src/edge/plan/default-rules.ts'
import { makePlan } from '../../../src/edge/plan/plan.ts'
import type { Plan, PlanRules, TranscodePlan } from '../../../src/edge/plan/types.ts'
import { readAccept } from '../../../src/edge/request/accept.ts'
import { readHints } from '../../../src/edge/request/hints.ts'
import { parseImageParams } from '../../../src/edge/request/params.ts'
import { costOf } from '../../../src/edge/transcoder/cost.ts'
import { checkOutputSize } from '../../../src/edge/transcoder/limits.ts'
import { checkRequestedSize } from '../../../src/edge/transcoder/requested-size.ts'
import { CODINGS, type Coding, NO_MODEL_SET } from '../../../src/format/coding.ts'
import { ladderFor, layerHeight, parseWidths, type Rung } from '../../../src/format/ladder.ts'
import type { StrataHeader } from '../../../src/format/types.ts'

const ACCEPTS = ['*/*', 'image/avif,image/webp,image/png,*/*;q=0.8', 'image/webp,image/jpeg']
const RULES: PlanRules = {
  ...DEFAULT_RULES,
  exactQuality: false,
  embedModels: [
    { factor: 2, id: 'm' },
    { factor: 4, id: 'n' },
  ],
  canRender: false,
}

/** Sizes of originals that are taken in, long ones too. */
const source = fc
  .tuple(fc.integer({ min: 1, max: MAX_DIMENSION }), fc.double({ min: 0, max: 1, noNaN: true }))
  .chain(([width, share]) => {
    const most = Math.min(MAX_DIMENSION, Math.floor(MAX_SOURCE_PIXELS / width))
    const height = Math.max(1, Math.round(most ** share))
    return fc.constantFrom({ width, height }, { width: height, height: width })
  })

/** A picture, the ladder of an upload that is taken in, and the bytes of each layer. */
const stored = fc
  .record({
    source,
    shares: fc.option(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: MAX_LAYERS }),
    ),
    coding: fc.constantFrom<Coding>(...CODINGS),
    bytes: fc.array(fc.integer({ min: 1, max: 12 * 2 ** 20 }), {
      minLength: MAX_LAYERS,
      maxLength: MAX_LAYERS,
    }),
  })
  .map(({ source: { width, height }, shares, coding, bytes }) => {
    const widths = shares?.map((share) => Math.max(1, Math.round(width * share))).sort((a, b) => a - b)
    const ladder =
      widths?.map((layerWidth, i) => ({ width: layerWidth, quality: 40 + i })) ?? ladderFor(width)
    return headerOf(width, height, ladder, coding, bytes)
  })
  .filter((header) => isAccepted(header))

/** What an unsigned URL may ask. */
const query = fc.record(
  {
    w: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 999_999 })),
    h: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 999_999 })),
    dpr: fc.constantFrom('0.5', '1.5', '2', '3.25'),
    fit: fc.constantFrom('contain', 'cover'),
    bg: fc.constantFrom('fff', '123456'),
    ht: fc.constantFrom('1', '2', '4'),
    q: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
)

describe('every plan of every upload that is taken in', () => {
  it('is within what the transcoder takes, and there is one for every client', () => {
    fc.assert(
      fc.property(
        stored,
        query,
        fc.constantFrom(...ACCEPTS),
        fc.boolean(),
        fc.integer({ min: 1, max: MAX_STRIP_WIDTH }),
        (header, asked, accept, canRender, maxTranscodeWidth) => {
          const plan = planOf(header, asked, accept, { canRender, maxTranscodeWidth })
          const made = plan.kind === 'render' ? plan.otherwise : plan
          if (made?.kind === 'transcode') expectTaken(header, made)
          expect(canRender || made?.kind === 'transcode' || made?.kind === 'slice').toBe(true)
        },
      ),
      { numRuns: 800 },
    )
  })

  it('has formats of a URL within them too, or says that the size is not made', () => {
    const named = fc.constantFrom('avif', 'webp', 'jpeg', 'png')
    fc.assert(
      fc.property(stored, query, named, fc.boolean(), (header, { ht: _, ...asked }, f, canRender) => {
        let plan: Plan
        try {
          plan = planOf(header, { ...asked, f }, '*/*', { canRender })
        } catch (error) {
          expect(error).toMatchObject({ code: 'PARAM_INVALID' })
          const { width, height } = header.source
          const isHeld = Math.max(width, height) <= MAX_FORMAT_SIDE[f]
          expect(canRender && isHeld).toBe(false)
          return
        }
        const made = plan.kind === 'render' ? plan.otherwise : plan
        if (made?.kind === 'transcode') expectTaken(header, made)
      }),
      { numRuns: 300 },
    )
  })
})

describe('an upload whose layers no request could decode', () => {
  const sixteen = Array.from({ length: 16 }, (_, i) => `1000@${40 + i}`).join()
  it.each([
    ['4200', 'a first width of at most 4096'],
    [sixteen, 'at most 6 times the pixels of the largest, got 16'],
  ])('is refused at the PUT: widths=%s', (widths, reason) => {
    expect(() => parseUploadParams(new URLSearchParams({ widths }))).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(reason) }),
    )
  })

  it('is served from the layers that can be, where there is such a file', () => {
    // 24 megapixels each: the third would take more than one request may decode.
    const ladder = Array.from({ length: 4 }, (_, i) => ({ width: 4000, quality: 60 + i }))
    const header = headerOf(4000, 6000, ladder, 'compass', [])
    expect(planOf(header, { w: 100 }, '*/*', {})).toMatchObject({ request: { layer: 1 } })
    const long = headerOf(1000, 6000, [{ width: 1000, quality: 60 }], 'compass', [MAX_PREFIX_BYTES + 1])
    expect(() => planOf(long, { w: 100 }, '*/*', {})).toThrow(
      expect.objectContaining({ code: 'INPUT_TOO_LARGE' }),
    )
    expect(planOf(long, { w: 100 }, '*/*', { canRender: true })).toMatchObject({
      kind: 'render',
      request: { width: 100 },
    })
  })

  it('of which each is too high for a JPEG is made a little smaller', () => {
    const header = headerOf(300, MAX_DIMENSION, [{ width: 300, quality: 60 }], 'compass', [])
    const plan = planOf(header, { w: 300 }, '*/*', {})
    expect(plan).toMatchObject({ request: { format: 'jpeg', width: 300, height: 65_500 } })
  })
})

describe('a picture that is larger than a format can hold', () => {
  const wide = headerOf(MAX_DIMENSION, 40, [{ width: 4000, quality: 60 }], 'compass', [])
  const drawn = headerOf(20_000, 40, [{ width: 4000, quality: 60 }], 'webp', [])
  const film = headerOf(20_000, 40, [{ width: 4000, quality: 60 }], 'webp-animated', [])
  const all = 'image/avif,image/webp,image/png,image/jpeg'

  it('comes in the next format that the client takes', () => {
    const plan = (header: StrataHeader, w: number, accept: string) =>
      planOf(header, { w }, accept, { canRender: true })
    expect(plan(wide, 16_384, all)).toMatchObject({ kind: 'render', request: { format: 'avif' } })
    expect(plan(wide, 16_385, all)).toMatchObject({ request: { format: 'jpeg', width: 16_385 } })
    expect(plan(drawn, 16_384, 'image/avif,image/webp')).toMatchObject({ request: { format: 'avif' } })
    expect(plan(drawn, 20_000, all)).toMatchObject({ kind: 'render', request: { format: 'jpeg' } })
    expect(plan(film, 16_000, all)).toMatchObject({ request: { format: 'webp', frames: 'all' } })
    expect(plan(film, 20_000, all)).toMatchObject({ request: { format: 'gif', frames: 'all' } })
  })

  it.each([
    ['avif', 16_384],
    ['webp', 16_383],
  ])('is refused where the URL names %s', (f, side) => {
    for (const header of [wide, drawn]) {
      const plan = (w: number) => planOf(header, { w, f }, all, { canRender: true })
      expect(plan(side)).toMatchObject({ kind: 'render', request: { format: f, width: side } })
      expect(() => plan(side + 1)).toThrow(
        expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(String(side)) }),
      )
    }
  })

  it('is a PNG of any size, and a JPEG a little smaller than the largest', () => {
    const plan = (f: string) => planOf(wide, { w: MAX_DIMENSION, f }, '*/*', { canRender: true })
    expect(plan('png')).toMatchObject({ request: { format: 'png', width: MAX_DIMENSION } })
    expect(plan('jpeg')).toMatchObject({ request: { format: 'jpeg', width: 65_500 } })
    const tall = headerOf(100, MAX_DIMENSION, [{ width: 100, quality: 60 }], 'compass', [])
    const here = planOf(tall, { w: 100, h: MAX_DIMENSION, f: 'png' }, '*/*', {})
    expect(here).toMatchObject({ kind: 'transcode', request: { height: MAX_DIMENSION } })
  })
})

/** What the transcoder checks before it decodes anything. */
function expectTaken({ layers }: StrataHeader, { request, length }: TranscodePlan): void {
  const layer = layers[request.layer]!
  checkOutputSize(request)
  costOf(layers, request)
  checkRequestedSize(request, layer)
  expect(length).toBe(layer.end)
  expect(length).toBeLessThanOrEqual(MAX_PREFIX_BYTES)
  if (layer.coding === 'compass') expect(layer.width).toBeLessThanOrEqual(MAX_STRIP_WIDTH)
}

/** Whether the PUT, the origin and the check of the stored file would let it in, whose original is not kept. */
function isAccepted({ source: { width }, layers }: StrataHeader): boolean {
  const [base] = layers
  try {
    parseWidths(layers.map((layer) => `${layer.width}@${layer.quality}`).join(), width)
  } catch {
    return false
  }
  if (base === undefined || base.width * base.height > MAX_LAYER_PIXELS) return false
  const most = { compass: MAX_LAYER_PIXELS, webp: 4e6, 'webp-animated': 4e6, png: 4e6, avif: 1.2e6 }
  return base.width * base.height <= most[base.coding]
}

function planOf(
  header: StrataHeader,
  asked: Readonly<Record<string, string | number>>,
  accept: string,
  rules: Partial<PlanRules>,
): Plan {
  const named = Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)])
  const input = {
    params: parseImageParams(new URLSearchParams(named)),
    hints: readHints(new Headers()),
    accepted: readAccept(accept),
  }
  return makePlan(header, input, { ...RULES, ...rules })
}

function headerOf(
  width: number,
  height: number,
  ladder: readonly Rung[],
  coding: Coding,
  bytes: readonly number[],
): StrataHeader {
  let end = 100
  const layers = ladder.map((rung, index) => {
    const start = end
    end += bytes[index] ?? 1000
    const size = { width: rung.width, height: layerHeight(rung.width, width, height) }
    return { index, ...size, quality: rung.quality, coding, flags: 0, checksum: 0, score: 0, start, end }
  })
  return {
    version: 2,
    flags: 0,
    headerLength: 100,
    totalLength: end,
    source: { width, height, sha256: '00'.repeat(16) },
    modelSet: coding === 'compass' ? '01'.repeat(8) : NO_MODEL_SET,
    layers,
    placeholder: new Uint8Array(),
  }
}
