import { describe, expect, it } from 'vitest'
import { drawSoak, formatSoak, reportSoak } from '../../../src/bench/soak/report.ts'
import { isFault, type Soak } from '../../../src/bench/soak/run.ts'

/** An hour of a process that grows by 60 MB, and of one that does not. */
const soak: Soak = {
  minutes: 60,
  answers: Array.from({ length: 600 }, (_, i) => ({
    ...{ kind: 'read', status: i === 599 ? 500 : 200, code: i === 599 ? 'INTERNAL' : undefined },
    ...{ at: i / 10, ms: i % 100 },
  })),
  samples: Array.from({ length: 120 }, (_, i) => [
    { at: i / 2, process: 'workerd', bytes: (100 + i / 2) * 2 ** 20 },
    { at: i / 2, process: 'origin', bytes: (200 + (i % 2)) * 2 ** 20 },
  ]).flat(),
}

describe('the report of a soak', () => {
  const report = reportSoak(soak)

  it('gives the slope of each process in MB per hour', () => {
    const [workerd, origin] = report.processes
    expect(workerd).toMatchObject({ process: 'workerd', firstMB: 100, slope: 60 })
    expect(Math.abs(origin!.slope!)).toBeLessThan(4 * origin!.error!)
  })

  it('counts answers by kind, status and code, and times over time', () => {
    expect(report.outcomes).toEqual({ 'read 200': 599, 'read 500 INTERNAL': 1 })
    expect(report.faults).toBe(1)
    expect(report.parts.map(({ answers, faults }) => [answers, faults])).toEqual([
      ...Array.from({ length: 11 }, () => [50, 0]),
      [50, 1],
    ])
    expect(report.parts[0]).toMatchObject({ from: 0, p50: 24, p99: 49 })
  })

  it('is shown as text and as charts', () => {
    expect(formatSoak(report)).toMatch(/workerd +100 +160 +160 +60 ± 0/)
    const { memory, times } = drawSoak(soak, report)
    expect(memory.match(/<polyline/g)).toHaveLength(2)
    expect(times).toContain('>p99</text>')
  })
})

describe('an answer', () => {
  it.each([
    [200, undefined, false],
    [404, 'NOT_FOUND', false],
    [503, 'ORIGIN_BUSY', false],
    [503, 'STORAGE_FAILED', true],
    [502, 'TRANSCODE_FAILED', true],
    [500, 'INTERNAL', true],
    [0, 'ECONNRESET', true],
  ])('of %d %s fails the run: %s', (status, code, fails) => expect(isFault({ status, code })).toBe(fails))
})
