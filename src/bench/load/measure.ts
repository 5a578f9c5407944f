import { StrataError } from '../../core/errors.ts'
import { quantile } from '../cpu-clock.ts'
import { type LoadOptions, load, type Target, type Turn } from './clients.ts'

interface Figures {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Our response, compared with the same bytes as a plain object of the bucket. */
export interface LoadRow {
  readonly path: string
  readonly bytes: number
  readonly strata: Figures
  readonly static: Figures
  /** Requests per second of ours divided by those of the plain object. */
  readonly ratio: number
}

interface Pair {
  readonly path: string
  readonly strata: Target
  readonly static: Target
}

/**
 * Measures both in turn on the same machine, each first equally often, so that other load affects both. The first turn
 * of each does not count.
 * @throws StrataError INTERNAL for a wrong answer; ABORTED
 */
export async function measurePair(
  pair: Pair,
  options: LoadOptions & { readonly rounds: number; readonly progress?: (text: string) => void },
): Promise<LoadRow> {
  const turns: Record<'strata' | 'static', Turn[]> = { strata: [], static: [] }
  for (let round = -1; round < options.rounds; round++) {
    options.progress?.(`${pair.path}: ${round + 1}/${options.rounds}`)
    const order = round % 2 === 0 ? (['strata', 'static'] as const) : (['static', 'strata'] as const)
    for (const who of order) {
      const turn = await load(pair[who], options)
      if (round >= 0) turns[who].push(turn)
    }
  }
  const figures = { strata: figuresOf(turns.strata), static: figuresOf(turns.static) }
  const ratio = figures.strata.perSecond / figures.static.perSecond
  return { path: pair.path, bytes: pair.strata.bytes, ...figures, ratio }
}

export function figuresOf(turns: readonly Turn[]): Figures {
  const latencies = turns.flatMap((turn) => turn.latencies).sort((a, b) => a - b)
  if (latencies.length === 0) throw new StrataError('INTERNAL', 'no request was answered in time')
  const seconds = turns.reduce((sum, turn) => sum + turn.seconds, 0)
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }
}

/** Formats the measurements for people. */
export function formatLoad(rows: readonly LoadRow[]): string {
  const line = (name: string, figures: Figures, ratio: string) =>
    [
      name.padEnd(28),
      figures.perSecond.toFixed(0).padStart(8),
      figures.p50.toFixed(2).padStart(8),
      figures.p99.toFixed(2).padStart(8),
      ratio.padStart(8),
    ].join('  ')
  return [
    'answer                        per second    p50 ms    p99 ms     ratio',
    ...rows.flatMap((row) => [
      line(`${row.path} ${row.bytes} B`, row.strata, row.ratio.toFixed(3)),
      line('  the same as an R2 object', row.static, '1'),
    ]),
  ].join('\n')
}
