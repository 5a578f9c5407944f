import { describe, expect, it } from 'vitest'
import type { KindAnswer } from '../../../src/bench/kinds/measure.ts'
import { describeKind, formatKinds, reportKinds } from '../../../src/bench/kinds/report.ts'
import type { KindResult } from '../../../src/bench/kinds/run.ts'

function answer(rest: Partial<KindAnswer>): KindAnswer {
  return {
    ...{ client: 'browser', width: 1200, height: 800, plan: 'slice;layer=3;f=webp', format: 'webp' },
    ...{ isTyped: true, bytes: 1000, score: 91.23, isLossless: false, alpha: null, frames: null, cpuMs: 0.4 },
    ...{ rival: { rival: 'avif-444', bytes: 2000 }, ratio: 0.5, rivalAsGood: null },
    ...rest,
  }
}

function picture(name: string, ...answers: KindAnswer[]): KindResult {
  const size = { width: 1200, height: 800, original: 5000, stored: 3000 }
  return { name, ...size, coding: 'webp', encodeSeconds: 1.5, answers }
}

const pictures = [
  picture(
    'qr',
    answer({ isLossless: true, score: 100, rivalAsGood: { rival: 'webp', bytes: 900 } }),
    answer({ client: 'old', format: 'png', bytes: 1500, ratio: 1.5, rival: { rival: 'png', bytes: 1000 } }),
  ),
  picture(
    'logo',
    answer({ alpha: 'lost', bytes: 3000, ratio: 1.2, rival: { rival: 'webp', bytes: 2500 } }),
    answer({ width: 600, rival: null, ratio: null, bytes: 10_000, isTyped: false }),
    answer({ client: 'old', alpha: 'lost', ratio: 1, bytes: 100, rival: { rival: 'mozjpeg', bytes: 100 } }),
  ),
]

describe('the report of kinds', () => {
  const report = reportKinds(pictures)

  it('sums bytes over the answers that a rival reaches, for each client', () => {
    expect(report.sums).toEqual([
      {
        ...{ client: 'browser', answers: 3, bytes: 4000, rivalBytes: 4500, ratio: 0.889, worst: 1.2 },
        above: ['logo 1200'],
      },
      {
        client: 'old',
        answers: 2,
        bytes: 1600,
        rivalBytes: 1100,
        ratio: 1.455,
        worst: 1.5,
        above: ['qr 1200'],
      },
    ])
  })

  it('names a wrong type and lost alpha as faults, whatever the bytes', () => {
    expect(report.wrong).toEqual([
      'logo 1200 (browser): alpha is lost',
      'logo 600 (browser): Content-Type is not what was sent',
    ])
  })

  it('names an animation with missing frames or another speed as a fault', () => {
    const sent = (frames: KindAnswer['frames'], client: KindAnswer['client'] = 'browser') =>
      reportKinds([picture('ball', answer({ frames, client }))]).wrong
    expect(sent({ sent: 12, source: 12, sameDelays: true })).toEqual([])
    expect(sent({ sent: 1, source: 12, sameDelays: false })).toEqual(['ball 1200 (browser): 1 of 12 frames'])
    expect(sent({ sent: 1, source: 12, sameDelays: false }, 'old')).toEqual([])
    expect(sent({ sent: 12, source: 12, sameDelays: false })).toEqual([
      'ball 1200 (browser): frames are shown for other times',
    ])
  })

  it('is a table in Markdown, with the lossless comparison in it', () => {
    const text = formatKinds(report)
    const [head, rule, first] = text.split('\n')
    expect(head?.split('|').length).toBe(rule?.split('|').length)
    expect(first).toBe(
      '| qr | webp | 1200 | browser | slice;layer=3;f=webp | 1000 | 100 | avif-444 2000 (webp 900) | 0.50 | 0.4 |',
    )
    expect(text).toContain('| none reaches it | - |')
    expect(text).toContain('WRONG: logo 1200 (browser): alpha is lost')
    expect(text).toContain(describeKind(pictures[1]!))
    expect(text).toContain('ratio 0.889, worst 1.2; above 1.1: logo 1200')
  })

  it('has no ratio when nothing was measured', () => {
    expect(reportKinds([]).sums[0]).toMatchObject({ answers: 0, ratio: null, worst: null, above: [] })
  })
})
