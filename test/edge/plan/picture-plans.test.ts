import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES } from '../../../src/edge/plan/default-rules.ts'
import { pictureDecision } from '../../../src/edge/plan/etag.ts'
import { planLabel } from '../../../src/edge/plan/label.ts'
import { makePlan } from '../../../src/edge/plan/plan.ts'
import type { Plan, PlanRules } from '../../../src/edge/plan/types.ts'
import { readAccept } from '../../../src/edge/request/accept.ts'
import { readHints } from '../../../src/edge/request/hints.ts'
import { parseImageParams } from '../../../src/edge/request/params.ts'
import { type Coding, NO_MODEL_SET } from '../../../src/format/coding.ts'
import type { StrataHeader } from '../../../src/format/types.ts'

/*
 * One request of a file whose layers are pictures a line:   query | Accept | plan
 *
 *   Accept   B a browser's   W image/webp and the rest   J everything, named or not   N image/vnd.strata   otherwise the header
 *   plan     slice FORMAT LAYER
 *            FORMAT WxH LAYER [qQ] [htF] [fit] [on BG] [first]          made at the edge
 *            render FORMAT WxH [all] [lossless] [on BG] [first] [else PLAN]   made by the origin
 *            native LAYER, or the code and the parameter of an error
 */
const ACCEPTS: Readonly<Record<string, string>> = {
  B: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  W: 'image/webp,*/*',
  J: '*/*',
  N: 'image/vnd.strata',
}

const RULES: PlanRules = { ...DEFAULT_RULES, exactQuality: false, embedModels: [], canRender: false }
const BOTH: Partial<PlanRules> = { canRender: true }

type Kind = 'alpha' | 'opaque'
const drawn = (coding: Coding, kind: Kind, widths = [320, 640, 1000], quality = 100) =>
  header(1000, 500, widths, coding, kind === 'alpha', quality)

const LOGO = drawn('webp', 'alpha')
const CHART = drawn('webp', 'opaque')
const PNG = drawn('png', 'opaque')
const SOFT = drawn('avif', 'alpha', [320, 640, 1000], 75)
const SHORT = drawn('webp', 'alpha', [320, 640])
const MOVING = drawn('webp-animated', 'alpha', [320, 640, 1000])
/** 1200 x 20000: its widest layers are too large to be decoded here. */
const TOWER = header(1200, 20000, [320, 640, 1200], 'webp', false, 100)
const HUGE = header(6000, 4000, [3000, 6000], 'webp', false, 100)

table('a layer that fits goes out as it is', LOGO, {}, [
  'w=320 | B | slice webp 0',
  'w=640 | B | slice webp 1',
  'w=1000 | W | slice webp 2',
  'w=5000 | B | slice webp 2',
  'w=320&dpr=2 | B | slice webp 1',
  'w=640&f=webp | J | slice webp 1',
  'w=640&h=320&fit=cover | B | slice webp 1',
  'w=640&h=900 | B | slice webp 1',
  'w=640&ht=1 | B | slice webp 1',
  'w=640&frame=first | B | slice webp 1',
  'w=640&q=75 | B | slice webp 1',
  'w=640&q=90 | B | slice webp 1',
  'w=640 | N | native 1',
  'f=native | B | native 2',
])

table('another quality, frame, ground or format is made of it', LOGO, {}, [
  'w=640&q=50 | B | avif 640x320 1 q50',
  'w=640&f=avif | B | avif 640x320 1',
  'w=640&f=png | B | png 640x320 1',
  'w=640&f=jpeg | B | jpeg 640x320 1',
  'w=640&bg=0af | B | avif 640x320 1 on 00aaff',
  'w=640&bg=0af | J | jpeg 640x320 1 on 00aaff',
  'w=640&h=640&bg=0af | B | avif 640x640 1 contain on 00aaff',
  'w=300&h=300&fit=cover | B | avif 300x300 1 cover',
  'w=300&h=300&fit=cover&bg=fff | W | webp 300x300 1 cover on ffffff',
])

table('another width is made of the next lossless layer', LOGO, {}, [
  'w=319 | B | avif 319x160 0',
  'w=321 | W | webp 321x161 1',
  'w=800 | B | avif 800x400 2',
])

table('clients without WebP and AVIF: alpha', LOGO, {}, [
  'w=640 | J | png 640x320 1',
  'w=300 | J | png 300x150 0',
  'w=640 | image/jpeg | jpeg 640x320 1',
  'w=640 | image/png | png 640x320 1',
  'w=640 | image/png;q=0,*/* | jpeg 640x320 1',
  'w=640 | image/jpeg,image/webp;q=0.1 | slice webp 1',
  'w=300 | image/jpeg,image/webp;q=0.1 | webp 300x150 0',
])

table('clients without WebP and AVIF: drawings', CHART, {}, [
  'w=640 | J | png 640x320 1',
  'w=640&bg=fff | J | jpeg 640x320 1',
  'w=640&bg=fff | B | slice webp 1',
  'w=640&f=jpeg | J | jpeg 640x320 1',
])

table('a PNG goes to everyone', PNG, {}, [
  'w=640 | J | slice png 1',
  'w=640 | B | slice png 1',
  'w=640 | image/png;q=0,*/* | jpeg 640x320 1',
  'w=640&f=webp | B | webp 640x320 1',
])

table('a lossy layer is made smaller from one half as large again', SOFT, {}, [
  'w=640 | B | slice avif 1',
  'w=640&q=75 | B | slice avif 1',
  'w=640&q=80 | B | avif 640x320 2 q80',
  'w=640 | W | webp 640x320 2',
  'w=212 | B | avif 212x106 0',
  'w=214 | B | avif 214x107 1',
])

table('option formats', LOGO, { formats: ['jpeg'] }, [
  'w=640 | B | png 640x320 1',
  'w=640&f=webp | B | slice webp 1',
])

table('with the original: wider than any layer', SHORT, BOTH, [
  'w=640 | B | slice webp 1',
  'w=1000 | B | render avif 1000xauto lossless else avif 640x320 1',
  'w=700 | J | render png 700xauto else png 640x320 1',
  'w=1000&q=80 | W | render webp 1000xauto lossless else webp 640x320 1 q80',
])
table('with the original: an AVIF of a drawing at another width', CHART, BOTH, [
  'w=500 | B | render avif 500xauto lossless else webp 500x250 1',
  'w=500&q=50 | B | render avif 500xauto lossless else webp 500x250 1 q50',
  'w=500 | image/avif,image/webp;q=0.5,*/* | render avif 500xauto lossless else avif 500x250 1',
  'w=640 | B | slice webp 1',
  'w=500 | W | webp 500x250 1',
  'w=500 | image/avif,*/* | avif 500x250 1',
])
table('without the original: WebP of an opaque drawing, which is smaller here than AVIF', CHART, {}, [
  'w=500 | B | webp 500x250 1',
  'w=500&f=avif | B | avif 500x250 1',
  'w=500&bg=fff | B | avif 500x250 1',
  'w=500 | image/avif,*/* | avif 500x250 1',
])
table('the order of the option formats counts but for that', CHART, { formats: ['jpeg', 'avif', 'webp'] }, [
  'w=500 | B | webp 500x250 1',
])
table('with the original: an AVIF of a lossy layer', SOFT, BOTH, [
  'w=500 | B | render avif 500xauto lossless else avif 500x250 2',
  'w=500 | W | webp 500x250 2',
])
table('without the original: no wider than the widest layer', SHORT, {}, [
  'w=1000 | B | slice webp 1',
  'w=700 | J | png 640x320 1',
])

table('layers that are too large to be decoded: the origin, else the next wider layer', TOWER, BOTH, [
  'w=320 | B | slice webp 0',
  'w=640 | B | slice webp 1',
  'w=500 | B | render avif 500xauto lossless else slice webp 1',
  'w=500&f=webp | J | render webp 500xauto lossless else slice webp 1',
  'w=500&f=avif | B | render avif 500xauto',
  'w=500 | image/avif,*/* | render avif 500xauto else jpeg 320x5333 0',
  'w=500 | J | render jpeg 500xauto else jpeg 320x5333 0',
  'w=200 | W | webp 200x3333 0',
])
table('and without the original', TOWER, {}, ['w=500 | B | slice webp 1', 'w=500 | J | jpeg 320x5333 0'])
table('no layer that can be decoded', HUGE, BOTH, [
  'w=3000 | B | slice webp 0',
  'w=500 | B | render avif 500xauto lossless else slice webp 0',
  'w=500&f=jpeg | B | render jpeg 500xauto',
  'w=500&h=500&fit=cover | B | render avif 500x500 lossless',
])
table('nor an original', HUGE, {}, ['w=500 | B | slice webp 0', 'w=500&f=jpeg | B | INPUT_TOO_LARGE picture'])

table('an animation', MOVING, BOTH, [
  'w=640 | B | slice webp 1',
  'w=640&f=webp | J | slice webp 1',
  'w=500 | B | render webp 500xauto all else slice webp 1',
  'w=300&h=300&fit=cover | W | render webp 300x300 all else webp 300x300 1 cover first',
  'w=640 | J | render gif 640xauto all else png 640x320 1 first',
  'w=640&bg=fff | J | render gif 640xauto all on ffffff else jpeg 640x320 1 on ffffff first',
  'w=640&f=jpeg | B | jpeg 640x320 1 first',
  'w=640&f=png | B | png 640x320 1 first',
  'w=640&f=avif | B | avif 640x320 1 first',
  'w=640&frame=first | B | render avif 640xauto lossless else avif 640x320 1',
  'w=640&frame=first&f=webp | B | webp 640x320 1',
  'w=640&frame=first | J | png 640x320 1',
  'w=640 | N | native 1',
])
table('an animation without its original', MOVING, {}, [
  'w=500 | B | slice webp 1',
  'w=5000 | B | slice webp 2',
  'w=640 | J | png 640x320 1 first',
  'w=300&h=300&fit=cover | B | avif 300x300 1 cover first',
])

const EMBED: Partial<PlanRules> = { embedModels: [{ factor: 2, id: 'm' }] }
table('hidden detail where it is asked for', LOGO, { ...EMBED, hyperThumbnail: 'always' }, [
  'w=320 | B | slice webp 0',
  'w=320&ht=2 | B | jpeg 320x160 1 ht2',
  'w=320&ht=2&bg=000 | B | jpeg 320x160 1 ht2 on 000000',
  'w=640&ht=2 | B | slice webp 1',
  'w=320&ht=2&f=webp | B | PARAM_INVALID ht',
])
table('of an animation it is the first frame', MOVING, EMBED, ['w=320&ht=2 | B | jpeg 320x160 1 ht2 first'])
table('parameters that cannot be used', LOGO, {}, [
  'frame=last | B | PARAM_INVALID frame',
  'frame=1 | B | PARAM_INVALID frame',
  'w=640&f=avif | B | avif 640x320 1',
  'w=640 | image/jpeg;q=0 | NOT_ACCEPTABLE Accept',
])

describe('what a plan says beside the picture', () => {
  it('depends on Accept and hints, and not on Save-Data', () => {
    expect(planOf(LOGO, 'w=640', 'B', {}).vary).toEqual(['Accept'])
    expect(planOf(LOGO, 'w=500', 'B', {}).vary).toEqual(['Accept'])
    expect(planOf(LOGO, 'w=640&f=webp', 'B', {}).vary).toEqual([])
  })

  it.each([
    ['w=640', LOGO, 'slice;layer=1;f=webp'],
    ['w=640', MOVING, 'slice;layer=1;f=webp'],
    ['w=500', LOGO, 'transcode;layer=1;w=500;f=avif'],
  ] as const)('?%s: Strata-Plan', (query, file, label) => {
    expect(planLabel(planOf(file, query, 'B', {}))).toBe(label)
  })

  it('names the background in the decision, so that no cache mixes grounds', () => {
    const decisions = ['', '&bg=fff', '&bg=000'].map((more) => {
      const plan = planOf(LOGO, `w=500${more}`, 'B', {})
      return plan.kind === 'transcode' ? pictureDecision(plan) : ''
    })
    expect(new Set(decisions).size).toBe(3)
  })

  it('takes the original in place of a picture at its own size only where its format will do', () => {
    const originals = (query: string, accept: string, file = SOFT) => {
      const plan = planOf(file, query, accept, BOTH)
      return plan.kind === 'transcode' || plan.kind === 'render' ? plan.originals : undefined
    }
    expect(originals('w=1000', 'W')).toEqual(['jpeg', 'png', 'webp'])
    expect(originals('w=1000', 'J')).toEqual(['jpeg', 'png'])
    expect(originals('w=1000', 'image/webp,image/jpeg;q=0')).toEqual(['webp'])
    expect(originals('w=1000', 'W', SHORT)).toEqual(undefined)
    expect(originals('w=1000&f=webp', 'J')).toEqual(['webp'])
    for (const query of ['w=999', 'w=1000&f=avif', 'w=1000&bg=fff', 'w=1000&h=400&fit=cover']) {
      expect(originals(query, 'W'), query).toBeUndefined()
    }
  })

  it('says that a picture is the first frame of what could not be kept as an animation', () => {
    const first = (query: string, frames: number | undefined) => {
      const plan = makePlan(LOGO, inputOf(query, 'B'), RULES, frames)
      return plan.kind === 'truncate' ? undefined : plan.frames
    }
    expect(first('w=640', 900)).toBe('first')
    expect(first('w=500', 900)).toBe('first')
    expect(first('w=500&frame=first', 900)).toBeUndefined()
    expect(first('w=640', undefined)).toBeUndefined()
  })
})

function table(name: string, file: StrataHeader, rules: Partial<PlanRules>, rows: readonly string[]): void {
  describe(name, () => {
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
    it.each(cells)('?%s with [%s]: %s', (query = '', accept = '', expected = '') => {
      let actual: string
      try {
        actual = shown(planOf(file, query, accept, rules))
      } catch (error) {
        const { code, message } = error as { code: string; message: string }
        actual = `${code} ${message.split(':')[0]}`
      }
      expect(actual).toBe(expected)
    })
  })
}

function planOf(file: StrataHeader, query: string, accept: string, rules: Partial<PlanRules>): Plan {
  return makePlan(file, inputOf(query, accept), { ...RULES, ...rules })
}

function inputOf(query: string, accept: string) {
  return {
    params: parseImageParams(new URLSearchParams(query)),
    hints: readHints(new Headers({ 'Save-Data': 'on' })),
    accepted: readAccept(ACCEPTS[accept] ?? accept),
  }
}

function shown(plan: Plan): string {
  if (plan.kind === 'truncate') return `native ${plan.layer}`
  if (plan.kind === 'slice') return `slice ${plan.format} ${plan.layer}`
  const { width, height, format, quality, background } = plan.request
  const words = [format, `${width}x${height ?? 'auto'}`]
  if (plan.kind === 'render') {
    words.unshift('render')
    if (plan.request.frames) words.push(plan.request.frames)
    if (plan.request.lossless) words.push('lossless')
  } else {
    const { layer, ht, fit } = plan.request
    words.push(String(layer))
    if (quality !== 75) words.push(`q${quality}`)
    if (ht !== 1) words.push(`ht${ht}`)
    if (fit) words.push(fit)
  }
  if (background) words.push(`on ${background}`)
  if (plan.frames) words.push(plan.frames)
  if (plan.kind === 'render' && plan.otherwise) words.push('else', shown(plan.otherwise))
  return words.join(' ')
}

function header(
  width: number,
  height: number,
  widths: readonly number[],
  coding: Coding,
  alpha: boolean,
  quality: number,
): StrataHeader {
  const layers = widths.map((layerWidth, index) => ({
    ...{ index, coding, quality, checksum: 0, score: 0 },
    flags: (alpha ? 1 : 0) | (quality === 100 ? 2 : 0),
    start: index === 0 ? 100 : 1000 * index,
    end: 1000 * (index + 1),
    ...{ width: layerWidth, height: Math.max(1, Math.round((height * layerWidth) / width)) },
  }))
  const rest = { version: 2 as const, flags: 0, headerLength: 100, placeholder: new Uint8Array() }
  const source = { width, height, sha256: '00'.repeat(16) }
  return { ...rest, modelSet: NO_MODEL_SET, source, layers, totalLength: 1000 * widths.length }
}
