import { round } from '../cpu-clock.ts'
import type { HostileAnswer } from './ask.ts'
import type { HostileRow } from './run.ts'

/** What one request may take. */
const LIMITS = { cpuMs: 2000, bytes: 200e6 } as const

/** Expected statuses: a picture, or a refused request or file. */
const EXPECTED = [200, 400, 406, 413, 422]

interface Worst {
  readonly name: string
  readonly value: number
}

interface HostileReport {
  readonly files: number
  readonly answers: Readonly<Record<string, number>>
  /** The worst answers, in milliseconds and MB. */
  readonly worst: Readonly<Record<'cpuMs' | 'ms' | 'MB', Worst>>
  /** The worst answers for files that keep to all limits, so that their pixels are decoded. */
  readonly work: Readonly<Record<'cpuMs' | 'ms' | 'MB', Worst>>
  /** Answers that should not have come. */
  readonly faults: readonly string[]
}

export function reportHostile(rows: readonly HostileRow[]): HostileReport {
  const answers: Record<string, number> = {}
  const faults: string[] = []
  for (const row of rows) {
    for (const where of ['transcoder', 'edge'] as const) {
      const answer = row[where]
      if (answer === undefined) continue
      const said = `${answer.status}${answer.code ? ` ${answer.code}` : ''}`
      answers[said] = (answers[said] ?? 0) + 1
      const wrong = faultOf(row, answer)
      if (wrong) faults.push(`${row.name}, ${where}: ${wrong}`)
    }
  }
  const isWork = (row: HostileRow) => row.isWork
  return {
    files: rows.length,
    answers,
    worst: worstOf(rows.filter((row) => !isWork(row))),
    work: worstOf(rows.filter(isWork)),
    faults,
  }
}

function faultOf({ isWork }: HostileRow, { status, code, cpuMs, bytes }: HostileAnswer): string | undefined {
  if (!EXPECTED.includes(status)) return status === 0 ? 'no answer' : `${status} ${code ?? 'without a code'}`
  if (status !== 200 && code === undefined) return `${status} without a code`
  if (bytes > LIMITS.bytes) return `${round(bytes / 1e6, 0)} MB`
  return cpuMs > LIMITS.cpuMs && !isWork ? `${round(cpuMs, 0)} ms of CPU` : undefined
}

function worstOf(rows: readonly HostileRow[]): HostileReport['worst'] {
  const most = (measure: (answer: HostileAnswer) => number): Worst =>
    rows
      .flatMap(({ name, transcoder, edge }) => [
        { name, value: measure(transcoder) },
        ...(edge ? [{ name: `${name}, at the edge`, value: measure(edge) }] : []),
      ])
      .reduce((worst, one) => (one.value > worst.value ? one : worst), { name: '', value: 0 })
  return {
    cpuMs: most((answer) => round(answer.cpuMs, 0)),
    ms: most((answer) => round(answer.ms, 0)),
    MB: most((answer) => round(answer.bytes / 1e6, 1)),
  }
}

export function formatHostile(rows: readonly HostileRow[], report: HostileReport): string {
  const longest = Math.max(...rows.map(({ name }) => name.length))
  const said = (answer: HostileAnswer | undefined) =>
    answer
      ? [
          `${answer.status} ${answer.code ?? ''}`.padEnd(20),
          answer.cpuMs.toFixed(0).padStart(7),
          answer.ms.toFixed(0).padStart(7),
          (answer.bytes / 1e6).toFixed(0).padStart(5),
        ].join('')
      : ''
  const head = `${'answer'.padEnd(20)} CPU ms     ms   MB`
  const worst = ({ cpuMs, ms, MB }: HostileReport['worst']) =>
    `${cpuMs.value} ms of CPU (${cpuMs.name}), ${ms.value} ms (${ms.name}), ${MB.value} MB (${MB.name})`
  return [
    `${''.padEnd(longest)}  ${'bytes'.padStart(9)}  at the transcoder: ${head}  at the edge: ${head}`,
    ...rows.map(
      ({ name, bytes, transcoder, edge }) =>
        `${name.padEnd(longest)}  ${String(bytes).padStart(9)}  ${said(transcoder).padStart(58)}  ${said(edge)}`,
    ),
    '',
    `${report.files} files, ${report.faults.length} answers that should not have come`,
    `worst: ${worst(report.worst)}`,
    ...(report.work.cpuMs.name ? [`worst of those within all limits: ${worst(report.work)}`] : []),
    ...report.faults,
  ].join('\n')
}
