import { VIOLATIONS, type Violation } from './invariants.ts'
import { VICTIMS } from './killer.ts'
import type { FaultBench } from './run.ts'

/** Most violations that are reported in full. */
const SHOWN = 20

interface FaultReport extends Omit<FaultBench, 'violations'> {
  readonly ok: boolean
  readonly seed: number
  readonly totalKills: number
  readonly violations: Readonly<Record<Violation['kind'], number>>
  readonly shown: readonly Violation[]
}

export function reportFaults({ violations, ...bench }: FaultBench, seed: number): FaultReport {
  const counted = VIOLATIONS.map((kind) => [kind, violations.filter((found) => found.kind === kind).length])
  const totalKills = VICTIMS.reduce((sum, victim) => sum + bench.kills[victim], 0)
  const counts = Object.fromEntries(counted) as FaultReport['violations']
  const shown = violations.slice(0, SHOWN)
  const ok = violations.length === 0 && (bench.tally.writes.accepted ?? 0) > 0
  return { ok, seed, totalKills, ...bench, violations: counts, shown }
}

export function formatFaults(report: FaultReport): string {
  const { kills, totalKills, seconds, faults, tally, violations, shown, seed } = report
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  return [
    `${totalKills} kills in ${seconds} s, seed ${seed}: ${list(kills)}`,
    `faults: ${list(faults)}`,
    `writes: ${list(tally.writes)}`,
    `images: ${list(tally.images)}`,
    `answers: ${list(tally.answers)}`,
    `violations: ${list(violations)}`,
    ...shown.map(({ kind, what }) => `  ${kind}: ${what}`),
  ].join('\n')
}
