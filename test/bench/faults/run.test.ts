import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatFaults, reportFaults } from '../../../src/bench/faults/report.ts'
import { benchFaults } from '../../../src/bench/faults/run.ts'
import { strata } from '../../cli/harness.ts'
import { bundleProgram } from '../../e2e/bundle.ts'

/** `STRATA_KILLS=50` for the long run, in which bucket, queue and clocks fail too. */
const LONG = process.env.STRATA_KILLS
const KILLS = Number(LONG ?? 10)

const bench = {
  ...{ seconds: 60, kills: { origin: 2, edge: 1, workerd: 0, consumer: 1 } },
  ...{ faults: { 'queue refuse': 3 }, violations: [] },
  tally: { writes: { accepted: 9, unknown: 1 }, images: { ready: 4 }, answers: { '200': 20 } },
}

describe('benchFaults', () => {
  it(`kills origin, edges and consumer ${KILLS} times, and all holds`, {
    timeout: 600_000 + 60_000 * KILLS,
  }, async () => {
    const program = await bundleProgram('src/cli/main.ts')
    onTestFinished(program.remove)
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    const weather = LONG !== undefined
    const options = { kills: KILLS, seed: 3, root, program: program.path, weather, progress: () => {} }
    const report = reportFaults(await benchFaults(options), 3)
    expect(report.shown).toEqual([])
    expect(report.ok).toBe(true)
    expect(report.totalKills).toBeGreaterThanOrEqual(KILLS)
    expect(report.tally.writes.accepted).toBeGreaterThan(3)
    expect(report.tally.images.ready).toBeGreaterThan(1)
  })
})

describe('the report of faults', () => {
  it('is good without violations when something was accepted', () => {
    const report = reportFaults(bench, 1)
    expect(report).toMatchObject({ ok: true, totalKills: 4, violations: { lost: 0, orphan: 0 } })
    expect(formatFaults(report)).toContain('4 kills in 60 s, seed 1: origin 2, edge 1')
    const idle = { ...bench, tally: { ...bench.tally, writes: { refused: 9 } } }
    expect(reportFaults(idle, 1).ok).toBe(false)
  })

  it('counts violations, and shows some of them', () => {
    const violations = Array.from({ length: 30 }, (_, i) => ({ kind: 'orphan' as const, what: `key ${i}` }))
    const report = reportFaults({ ...bench, violations }, 1)
    expect(report).toMatchObject({ ok: false, violations: { orphan: 30, lost: 0 } })
    expect(formatFaults(report)).toContain('  orphan: key 0')
    expect(formatFaults(report)).not.toContain('key 29')
  })
})

describe('strata bench faults', () => {
  it.each([
    [['--kills', '0'], '--kills: expected an integer from 1'],
    [['--seed', 'x'], '--seed: expected an integer from 0'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(['bench', 'faults', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})
