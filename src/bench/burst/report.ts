import { median, quantile, round } from '../cpu-clock.ts'
import type { Burst } from './clients.ts'
import type { PromotionRow, Sampling } from './promotion.ts'
import type { BurstBench, Sides } from './run.ts'

/** Figures over all rounds of one side. */
interface Figures {
  readonly requests: number
  /** Answers of 200. */
  readonly answered: number
  /** Number of answers of 500 and above, and of unanswered requests. */
  readonly failed: number
  /** Medians over the rounds, in milliseconds. */
  readonly wallMs: number
  /** Quantiles of single answers, in milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Mean kilobytes of the answers of 200. */
  readonly kilobytes: number
  /** Requests that were repeated, because the server had closed the kept connection. */
  readonly again: number
  /** Number of answers other than 200, by their first line. */
  readonly said: Readonly<Record<string, number>>
}

interface Compared {
  readonly connections: number
  readonly ours: Figures
  readonly peer: Figures
  /** Our times divided by the peer's: the whole round, and the slowest hundredth of the answers. */
  readonly wallRatio: number
  readonly p99Ratio: number
}

/** Our bytes divided by those of sharp's AVIF (effort 4) of the same SSIMULACRA2. */
interface PromotionRatio {
  /** Geometric mean; null when sharp reaches no such score. */
  readonly mean: number | null
  readonly worst: number | null
}

interface BurstReport {
  readonly load: readonly [number, number]
  readonly page: Compared
  readonly burst: Compared
  readonly jpegBurst: Compared
  readonly variants: Figures
  readonly promotion: Readonly<Record<'edge' | 'promoted', Readonly<Record<Sampling, PromotionRatio>>>>
}

export function reportBurst({ load, page, burst, jpegBurst, variants, promotion }: BurstBench): BurstReport {
  const ratios = (side: 'edge' | 'promoted') => ({
    '4:4:4': ratioOf(promotion, side, '4:4:4'),
    '4:2:0': ratioOf(promotion, side, '4:2:0'),
  })
  return {
    load: [round(load[0], 1), round(load[1], 1)],
    page: compared(page),
    burst: compared(burst),
    jpegBurst: compared(jpegBurst),
    variants: figuresOf([variants]),
    promotion: { edge: ratios('edge'), promoted: ratios('promoted') },
  }
}

function compared({ connections, ours, peer }: Sides): Compared {
  const [own, other] = [figuresOf(ours), figuresOf(peer)]
  const [wallRatio, p99Ratio] = [round(own.wallMs / other.wallMs, 2), round(own.p99 / other.p99, 2)]
  return { connections, ours: own, peer: other, wallRatio, p99Ratio }
}

function figuresOf(bursts: readonly Burst[]): Figures {
  const answers = bursts.flatMap((burst) => burst.answers)
  const good = answers.filter(({ status }) => status === 200)
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number) => round(quantile(times, share), 0)
  const said: Record<string, number> = {}
  for (const { status, said: text } of answers) {
    if (status !== 200) said[`${status} ${text}`] = (said[`${status} ${text}`] ?? 0) + 1
  }
  return {
    requests: answers.length,
    answered: good.length,
    failed: answers.filter(({ status }) => status === 0 || status >= 500).length,
    wallMs: round(median(bursts.map(({ wallMs }) => wallMs)), 0),
    ...{ p50: at(0.5), p99: at(0.99) },
    kilobytes: round(good.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, good.length) / 1000, 1),
    again: answers.filter(({ again }) => again).length,
    said,
  }
}

function ratioOf(
  rows: readonly PromotionRow[],
  side: 'edge' | 'promoted',
  sampling: Sampling,
): PromotionRatio {
  const ratios = rows.flatMap((row) => {
    const peer = row[side].peers[sampling]
    return peer === null ? [] : [row[side].bytes / peer]
  })
  if (ratios.length === 0) return { mean: null, worst: null }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  return { mean: round(mean, 3), worst: round(Math.max(...ratios), 3) }
}

export function formatBurst(report: BurstReport, rows: readonly PromotionRow[]): string {
  const { load, page, burst, jpegBurst, variants, promotion } = report
  const line = (name: string, { requests, failed, wallMs, p50, p99, kilobytes }: Figures) => [
    ...[name, String(requests), String(failed), `${wallMs}`, `${p50}`, `${p99}`, `${kilobytes}`],
  ]
  const times = [
    ['', 'requests', 'failed', 'wall ms', 'p50 ms', 'p99 ms', 'kB'],
    line('page, ours', page.ours),
    line('page, IPX WebP', page.peer),
    line('burst, ours', burst.ours),
    line('burst, IPX JPEG', burst.peer),
    line('burst, our JPEG', jpegBurst.ours),
    line('burst, IPX JPEG', jpegBurst.peer),
    line('variants', variants),
  ]
  const made = ({ bytes, score }: PromotionRow['edge']) =>
    `${(bytes / 1000).toFixed(1)} · ${score.toFixed(1)}`
  const part = (bytes: number, peer: number | null) => (peer === null ? '-' : (bytes / peer).toFixed(3))
  const pictures = [
    ['kB · SS2', 'edge', 'of 4:4:4', 'promoted', 'of 4:4:4', 'of 4:2:0'],
    ...rows.map(({ image, edge, promoted }) => [
      image,
      ...[made(edge), part(edge.bytes, edge.peers['4:4:4'])],
      ...[made(promoted), part(promoted.bytes, promoted.peers['4:4:4'])],
      part(promoted.bytes, promoted.peers['4:2:0']),
    ]),
    [
      'mean',
      ...['', shown(promotion.edge['4:4:4'].mean), ''],
      ...[shown(promotion.promoted['4:4:4'].mean), shown(promotion.promoted['4:2:0'].mean)],
    ],
  ]
  return [
    `load of the machine ${load.join(' to ')}`,
    ...aligned(times),
    `page: ${page.wallRatio} of IPX WebP; burst: p99 ${burst.p99Ratio} of IPX JPEG, as JPEG ${jpegBurst.p99Ratio}`,
    ...(variants.again > 0 ? [`variants: ${variants.again} sent again`] : []),
    ...Object.entries(burst.ours.said).map(([text, count]) => `burst, ours: ${count} x ${text}`),
    ...Object.entries(variants.said).map(([text, count]) => `variants: ${count} x ${text}`),
    ...[
      '',
      'the pictures, and their bytes over those of AVIF of effort 4 by sharp from the original at equal SS2',
      ...aligned(pictures),
    ],
  ].join('\n')
}

function shown(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(3)
}

function aligned(table: readonly (readonly string[])[]): string[] {
  const first = Math.max(...table.map(([name = '']) => name.length)) + 2
  const size = Math.max(...table.flatMap(([, ...cells]) => cells.map((cell) => cell.length))) + 2
  return table.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(first) : cell.padStart(size))).join(''),
  )
}
