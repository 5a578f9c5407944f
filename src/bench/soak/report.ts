import { renderChart } from '../chart.ts'
import { quantile, round } from '../cpu-clock.ts'
import { isFault, type Soak } from './run.ts'
import { slopeOf } from './slope.ts'

/** Memory of one process. */
interface ProcessRow {
  readonly process: string
  readonly firstMB: number
  readonly lastMB: number
  readonly mostMB: number
  /** Slope over the second half of the run, in MB per hour; null with too few samples. */
  readonly slope: number | null
  /** Standard error of that. */
  readonly error: number | null
}

interface PartRow {
  /** Minutes at which it begins. */
  readonly from: number
  readonly answers: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly faults: number
}

interface SoakReport {
  readonly minutes: number
  readonly answers: number
  readonly faults: number
  /** Number of answers by kind of request, status and error code. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly processes: readonly ProcessRow[]
  readonly parts: readonly PartRow[]
}

const MB = 2 ** 20
const PARTS = 12

export function reportSoak({ minutes, answers, samples }: Soak): SoakReport {
  const outcomes: Record<string, number> = {}
  for (const { kind, status, code } of answers) {
    const outcome = [kind, status, code].filter((part) => part !== undefined).join(' ')
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  const names = [...new Set(samples.map(({ process }) => process))]
  const processes = names.map((process): ProcessRow => {
    const own = samples
      .filter((sample) => sample.process === process)
      .map(({ at, bytes }) => ({ x: at / 60, y: bytes / MB }))
    const line = slopeOf(own.filter(({ x }) => x >= minutes / 120))
    const megabytes = own.map(({ y }) => y)
    return {
      process,
      firstMB: round(megabytes[0] ?? 0, 0),
      lastMB: round(megabytes.at(-1) ?? 0, 0),
      mostMB: round(Math.max(...megabytes), 0),
      slope: line ? round(line.slope, 1) : null,
      error: line ? round(line.error, 1) : null,
    }
  })
  const parts = Array.from({ length: PARTS }, (_, i) =>
    partOf(answers, (i * minutes) / PARTS, ((i + 1) * minutes) / PARTS),
  )
  const faults = answers.filter(isFault).length
  return { minutes: round(minutes, 1), answers: answers.length, faults, outcomes, processes, parts }
}

function partOf(answers: Soak['answers'], from: number, to: number): PartRow {
  const own = answers.filter(({ at }) => at >= from && at < to)
  const times = own.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number) => (times.length > 0 ? round(quantile(times, share), 0) : 0)
  return {
    from: round(from, 1),
    answers: own.length,
    p50: at(0.5),
    p99: at(0.99),
    faults: own.filter(isFault).length,
  }
}

/** Charts of memory and of times, as SVG. */
export function drawSoak(
  { samples }: Soak,
  { parts }: SoakReport,
): { readonly memory: string; readonly times: string } {
  const names = [...new Set(samples.map(({ process }) => process))]
  const memory = names.map((name) => ({
    name,
    points: samples
      .filter(({ process }) => process === name)
      .map(({ at, bytes }) => ({ x: at, y: bytes / MB })),
  }))
  const times = (['p99', 'p50'] as const).map((name) => ({
    name,
    points: parts.map((part) => ({ x: part.from, y: part[name] })),
  }))
  const common = { xLabel: 'minutes', xScale: 'linear', dots: false } as const
  return {
    memory: renderChart({
      ...common,
      title: 'Resident memory under a mixed load',
      yLabel: 'MB',
      series: memory,
    }),
    times: renderChart({ ...common, title: 'Time to the last byte', yLabel: 'ms', series: times }),
  }
}

export function formatSoak({ minutes, answers, faults, outcomes, processes, parts }: SoakReport): string {
  const columns = (cells: readonly (string | number)[]) =>
    cells.map((cell) => String(cell).padStart(10)).join('')
  const longest = Math.max(...parts.map(({ p99 }) => p99), 1)
  const growth = ({ slope, error }: ProcessRow) => (slope === null ? '-' : `${slope} ± ${error}`)
  return [
    `${minutes} minutes, ${answers} answers, ${faults} of them wrong`,
    '',
    `${'resident memory'.padEnd(18)}${columns(['first MB', 'last MB', 'most MB'])}  MB an hour, second half`,
    ...processes.map(
      (row) => `${row.process.padEnd(18)}${columns([row.firstMB, row.lastMB, row.mostMB])}  ${growth(row)}`,
    ),
    '',
    columns(['minute', 'answers', 'p50 ms', 'p99 ms', 'wrong']),
    ...parts.map((part) => {
      const bar = '#'.repeat(Math.round((30 * part.p99) / longest))
      return `${columns([part.from, part.answers, part.p50, part.p99, part.faults])}  ${bar}`
    }),
    '',
    ...Object.entries(outcomes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([outcome, count]) => `${String(count).padStart(8)} ${outcome}`),
  ].join('\n')
}
