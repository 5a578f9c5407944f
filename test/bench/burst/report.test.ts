import { describe, expect, it } from 'vitest'
import { formatBurst, reportBurst } from '../../../src/bench/burst/report.ts'
import type { BurstBench } from '../../../src/bench/burst/run.ts'

const answer = (ms: number, status = 200, said = '') => ({ ms, status, said, bytes: 1000 * ms, again: false })
const burst = (wallMs: number, ...answers: ReturnType<typeof answer>[]) => ({ wallMs, answers })
const made = (bytes: number, peer: number | null) => ({
  ...{ bytes, score: 70 },
  peers: { '4:4:4': peer, '4:2:0': null },
})

const bench: BurstBench = {
  load: [1.234, 2],
  page: {
    connections: 6,
    ours: [burst(10, answer(4)), burst(30, answer(6)), burst(20, answer(8))],
    peer: [burst(40, answer(3))],
  },
  burst: {
    connections: 64,
    ours: [burst(9, answer(1), answer(5, 503, 'full'), answer(6, 0, 'gone'), answer(2, 404, 'no'))],
    peer: [burst(9, answer(3))],
  },
  jpegBurst: { connections: 64, ours: [burst(9, answer(6))], peer: [burst(9, answer(3))] },
  variants: burst(7, answer(7), answer(9, 503, 'full')),
  promotion: [
    { image: 'a', width: 640, edge: made(400, 200), promoted: made(200, 100) },
    { image: 'b', width: 640, edge: made(100, null), promoted: made(100, 200) },
  ],
}

describe('the report of a burst', () => {
  it('counts what failed, and takes medians over rounds and percentiles over answers', () => {
    const { load, page, burst, jpegBurst, variants } = reportBurst(bench)
    expect(load).toEqual([1.2, 2])
    expect(page.ours).toMatchObject({
      requests: 3,
      answered: 3,
      failed: 0,
      wallMs: 20,
      p50: 6,
      p99: 8,
      kilobytes: 6,
    })
    expect([page.wallRatio, page.p99Ratio]).toEqual([0.5, 2.67])
    expect(jpegBurst.p99Ratio).toBe(2)
    expect(burst.ours).toMatchObject({ requests: 4, answered: 1, failed: 2 })
    expect(burst.ours.said).toEqual({ '503 full': 1, '0 gone': 1, '404 no': 1 })
    expect(variants).toMatchObject({ requests: 2, answered: 1, failed: 1, said: { '503 full': 1 } })
  })

  it('gives geometric means over the pictures whose score the peer reaches', () => {
    const { edge, promoted } = reportBurst(bench).promotion
    expect(edge).toEqual({ '4:4:4': { mean: 2, worst: 2 }, '4:2:0': { mean: null, worst: null } })
    expect(promoted['4:4:4']).toEqual({ mean: 1, worst: 2 })
  })

  it('is a table for people', () => {
    const text = formatBurst(reportBurst(bench), bench.promotion)
    expect(text).toMatch(/page, ours +3 +0 +20 +6 +8 +6\n/)
    expect(text).toContain('variants: 1 x 503 full')
    expect(text).toMatch(/\na +0.4 · 70.0 +2.000 +0.2 · 70.0 +2.000 +-\n/)
  })
})
