import { median } from '../cpu-clock.ts'
import { type ClientBench, type Course, SIDES, type Side } from './run.ts'
import type { Bytes } from './site.ts'
import type { Stretch } from './visit.ts'

/** The stretches that are compared, by the name that people read. */
const STRETCHES = {
  'first visit': ({ first }) => first.load,
  'first visit, doubled': ({ first }) => first.doubled,
  'second visit': ({ second }) => second.load,
  'second visit, doubled': ({ second }) => second.doubled,
  'after a doubled first visit': ({ again }) => again.load,
  'the same, doubled again': ({ again }) => again.doubled,
} as const satisfies Record<string, (course: Course) => Stretch>
type Name = keyof typeof STRETCHES

/** One stretch of all runs: ours over that of AVIF. */
interface Compared {
  readonly name: Name
  /** Of the time to the last final picture, one for each run. */
  readonly time: readonly number[]
  /** Of the bytes until then, one for each run; null where AVIF took none. */
  readonly bytes: readonly (number | null)[]
  readonly medianTime: number
}

export function compare({ runs }: ClientBench): Compared[] {
  return (Object.keys(STRETCHES) as Name[]).map((name) => {
    const of = (run: Readonly<Record<Side, Course>>, side: Side) => STRETCHES[name](run[side])
    const time = runs.map((run) => round(of(run, 'strata').finalMs / Math.max(of(run, 'avif').finalMs, 1)))
    const bytes = runs.map((run) => {
      const rival = total(of(run, 'avif').bytes)
      return rival === 0 ? null : round(total(of(run, 'strata').bytes) / rival)
    })
    return { name, time, bytes, medianTime: median(time) }
  })
}

const COLUMNS = ['kB', 'pictures', 'first', 'final', 'layers', '>50 ms', 'longest', 'shift'] as const

export function formatClient(bench: ClientBench): string {
  const lines = bench.runs.flatMap((run, i) =>
    (Object.keys(STRETCHES) as Name[]).flatMap((name) =>
      SIDES.map((side) => [`run ${i + 1}, ${name}, ${side}`, ...cells(STRETCHES[name](run[side]))]),
    ),
  )
  const table = [['', ...COLUMNS], ...lines].map(([name = '', ...rest]) =>
    [name.padEnd(46), ...rest.map((cell) => cell.padStart(10))].join(''),
  )
  return [...table, '', ...sentences(bench)].join('\n')
}

/** What the figures say, ours over AVIF's. */
export function sentences(bench: ClientBench): string[] {
  const compared = compare(bench).map(({ name, time, bytes }) => {
    const said = bytes.map((ratio) => (ratio === null ? 'none' : ratio.toFixed(2))).join(', ')
    return `${name}: time ${time.map((ratio) => ratio.toFixed(2)).join(', ')} of AVIF's, bytes ${said}`
  })
  const memory = bench.runs.map(({ strata, avif }) => (strata.memory / avif.memory).toFixed(2))
  const idle = bench.runs.map(({ strata: { first, second } }) =>
    [first, second].map(({ idle }) => (total(idle) / 1000).toFixed(0)).join(' and '),
  )
  return [
    ...compared,
    `decoder and models, when a first and a second visit is idle: ${idle.join(', ')} kB`,
    `memory of a page of 200 pictures: ${memory.join(', ')} of AVIF's`,
  ]
}

function cells({ bytes, firstMs, finalMs, painted, longTasks, shift }: Stretch): string[] {
  return [
    ...[total(bytes), bytes.pictures].map((value) => (value / 1000).toFixed(1)),
    ...[`${firstMs} ms`, `${finalMs} ms`, String(painted), String(longTasks.count)],
    ...[`${longTasks.longestMs} ms`, shift.toFixed(3)],
  ]
}

function total(bytes: Bytes): number {
  return Object.values(bytes).reduce((sum, value) => sum + value, 0)
}

function round(value: number): number {
  return Math.round(1000 * value) / 1000
}
