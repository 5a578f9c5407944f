import { describe, expect, it } from 'vitest'
import { breakEven, formatClient, verdicts } from '../../../src/bench/client/report.ts'
import type { ClientBench } from '../../../src/bench/client/run.ts'
import type { Stretch, Visit } from '../../../src/bench/client/visit.ts'

const stretch = (pictures: number, finalMs: number, once = 0): Stretch => ({
  bytes: { page: 500, library: once, runtime: once, models: 10 * once, pictures },
  placeholderMs: once ? 100 : null,
  firstMs: finalMs / 2,
  finalMs,
  longTasks: { count: 1, totalMs: 60, longestMs: 60 },
})
const visit = (load: Stretch, doubled: Stretch): Visit => ({ load, doubled })

/** Ten pictures; theirs take `avif` bytes each, and three times as many again when they are doubled. */
function bench(avif: number): ClientBench {
  return {
    pictures: 10,
    visits: {
      strata: {
        first: visit(stretch(10_000, 3000, 1000), stretch(10_000, 800)),
        second: visit(stretch(0, 400), stretch(0, 500)),
      },
      avif: {
        first: visit(stretch(10 * avif, 1000), stretch(30 * avif, 900)),
        second: visit(stretch(0, 100), stretch(0, 100)),
      },
    },
  }
}

describe('breakEven', () => {
  it.each([
    // 12,000 bytes once; 1000 bytes a picture against 900, and with the larger size 2000 against 3600.
    [900, { load: null, doubled: 8 }],
    [1500, { load: 24, doubled: 3 }],
    [400, { load: null, doubled: null }],
  ])('with AVIF of %i bytes is %j', (avif, expected) => expect(breakEven(bench(avif))).toEqual(expected))
})

describe('the report', () => {
  it('says who wins, also where it is not us', () => {
    expect(verdicts(bench(900))).toEqual([
      'fewer bytes on a first visit: never; with every picture doubled: from 8 pictures on',
      'first visit, load: avif is final first (strata 3000 ms, avif 1000 ms)',
      'first visit, doubled: strata is final first (strata 800 ms, avif 900 ms)',
      'second visit, load: avif is final first (strata 400 ms, avif 100 ms)',
      'second visit, doubled: avif is final first (strata 500 ms, avif 100 ms)',
    ])
  })

  it('has a line for each stretch of each side', () => {
    const lines = formatClient(bench(900)).split('\n')
    expect(lines[1]).toMatch(
      /^first visit, load, strata +22\.5 +10\.0 +2\.0 +10\.0 +100 ms +1500 ms +3000 ms +1 +60 ms$/,
    )
    expect(lines[2]).toMatch(/^first visit, load, avif +9\.5 +9\.0 +0\.0 +0\.0 +- +500 ms +1000 ms/)
    expect(lines[9]).toBe('')
  })
})
