import { describe, expect, it } from 'vitest'
import { compare, formatClient, sentences } from '../../../src/bench/client/report.ts'
import type { ClientBench, Course } from '../../../src/bench/client/run.ts'
import type { Stretch, Visit } from '../../../src/bench/client/visit.ts'

const bytes = (pictures: number, models = 0) => ({ page: 500, library: 0, runtime: 0, models, pictures })
const stretch = (pictures: number, finalMs: number): Stretch => ({
  ...{ bytes: bytes(pictures), firstMs: finalMs / 2, finalMs },
  ...{ longTasks: { count: 1, longestMs: 60 }, shift: 0, painted: 3 },
})
const visit = (ms: number, models: number): Visit => ({
  load: stretch(9500, ms),
  idle: bytes(0, models),
  doubled: stretch(19_500, 2 * ms),
})
const course = (ms: number, models = 0): Course => ({
  ...{ first: visit(ms, models), second: visit(ms / 2, 0), again: visit(100, 0), memory: 100 * ms },
})
const bench: ClientBench = {
  pictures: 10,
  runs: [
    { strata: course(1000, 499_500), avif: course(1000) },
    { strata: course(900, 499_500), avif: course(1200) },
    { strata: course(1100, 499_500), avif: course(1000) },
  ],
}

describe('the report', () => {
  it('compares each stretch of each run, in its order, and takes the median of times', () => {
    const [first] = compare(bench)
    expect(first).toEqual({ name: 'first visit', time: [1, 0.75, 1.1], bytes: [1, 1, 1], medianTime: 1 })
    expect(compare(bench).map(({ name }) => name)).toHaveLength(6)
  })

  it('has no ratio of bytes when AVIF took none', () => {
    const none = { ...stretch(0, 100), bytes: { ...bytes(0), page: 0 } }
    const avif = { ...course(1000), first: { ...visit(1000, 0), load: none } }
    expect(compare({ pictures: 1, runs: [{ strata: course(1000), avif }] })[0]?.bytes).toEqual([null])
  })

  it('lists every run, the bytes of the models, and the memory', () => {
    expect(sentences(bench)).toEqual(
      expect.arrayContaining([
        "first visit, doubled: time 1.00, 0.75, 1.10 of AVIF's, bytes 1.00, 1.00, 1.00",
        'decoder and models, when a first and a second visit is idle: 500 and 1, 500 and 1, 500 and 1 kB',
        "memory of a page of 200 pictures: 1.00, 0.75, 1.10 of AVIF's",
      ]),
    )
  })

  it('has a line for each stretch of each side of each run', () => {
    const lines = formatClient(bench).split('\n')
    expect(lines[1]).toMatch(
      /^run 1, first visit, strata +10\.0 +9\.5 +500 ms +1000 ms +3 +1 +60 ms +0\.000$/,
    )
    expect(lines.filter((line) => line.startsWith('run '))).toHaveLength(3 * 6 * 2)
  })
})
