import type { Metric, Scores } from '../../pixels/judge.ts'
import { TITLES } from '../metric.ts'
import { type Comparisons, meanOfPrefixes, priceOfScalability, RANGES, type Rival } from './compare.ts'
import { curveAt, type RdRow } from './rows.ts'
import { formatRate, inOrder } from './table.ts'

export interface LevelReport {
  readonly level: number
  /** Means over the images, one point per quality. */
  readonly points: readonly ({ readonly quality: number; readonly bytes: number } & Scores)[]
}

/** BD-rates in per cent of one comparison, by codec; null when the curves do not overlap. */
interface ComparisonReport {
  readonly name: string
  readonly title: string
  readonly bdRate: Readonly<Record<string, number | null>>
}

interface MetricReport {
  readonly metric: Metric
  readonly comparisons: readonly ComparisonReport[]
  /** Mean over the levels of the BD-rates of each prefix against that size alone, by codec. */
  readonly prefixes: Readonly<Record<string, number | null>>
  /** BD-rate in per cent of the whole file against its top layer alone; null when it was not measured. */
  readonly priceOfScalability: number | null
}

export interface RdReport {
  readonly levels: readonly LevelReport[]
  readonly metrics: readonly MetricReport[]
}

/** The figures of the tables and plots. @param compared comparisons, one per metric */
export function summarize(rows: readonly RdRow[], compared: readonly Comparisons[]): RdReport {
  const own = rows.filter(({ codec }) => codec === 'strata')
  return {
    levels: ascending(own.map(({ level }) => level)).map((level) => ({
      level,
      points: pointsOf(own, level),
    })),
    metrics: compared.map((comparisons) => ({
      metric: comparisons.metric,
      comparisons: [...inOrder(comparisons), ...comparisons.stream].map(({ name, title, rivals }) => {
        return { name, title, bdRate: ratesOf(rivals) }
      }),
      prefixes: meanOfPrefixes(comparisons),
      priceOfScalability: priceOfScalability(comparisons),
    })),
  }
}

function pointsOf(own: readonly RdRow[], level: number): LevelReport['points'] {
  const there = own.filter((row) => row.level === level)
  return ascending(there.map(({ quality }) => quality)).map((quality) => {
    const rows = there.filter((row) => row.quality === quality)
    const [psnr] = curveAt(rows, 'strata', level, 'psnr')
    const [seen] = curveAt(rows, 'strata', level, 'ssimulacra2')
    return { quality, bytes: psnr!.rate, ssimulacra2: seen?.quality ?? null, psnr: psnr!.quality }
  })
}

export function formatReport({ levels, metrics }: RdReport): string {
  const lines = ['level  quality  mean bytes     SS2  mean dB']
  for (const { level, points } of levels) {
    for (const { quality, bytes, ssimulacra2, psnr } of points) {
      const seen = ssimulacra2?.toFixed(2) ?? '–'
      const cells = [
        pad(level, 5),
        pad(quality, 7),
        pad(bytes.toFixed(0), 10),
        pad(seen, 6),
        pad(psnr.toFixed(3), 7),
      ]
      lines.push(cells.join('  '))
    }
  }
  return [...lines, ...metrics.flatMap(formatMetric)].join('\n')
}

function formatMetric({ metric, comparisons, prefixes, priceOfScalability: price }: MetricReport): string[] {
  const compared = comparisons.filter(({ bdRate }) => Object.keys(bdRate).length > 0)
  if (compared.length === 0) return []
  const line = (title: string, bdRate: ComparisonReport['bdRate']) => {
    const rates = Object.entries(bdRate).map(([codec, rate]) => `${codec} ${formatRate(rate)}`)
    return `${title}: ${rates.join(', ')}`
  }
  return [
    '',
    `BD-rate by ${titleOf(metric)} in %, below zero: fewer bytes`,
    ...compared.map(({ title, bdRate }) => line(title, bdRate)),
    line('prefixes against their sizes alone, mean', prefixes),
    ...(price === null ? [] : [`price of scalability, over the top layer alone: ${formatRate(price)} %`]),
  ]
}

/** Name of the metric, with the range of its scale that counts. */
export function titleOf(metric: Metric): string {
  const range = RANGES[metric]
  return range ? `${TITLES[metric]} from ${range.from} to ${range.to}` : TITLES[metric]
}

function ratesOf(rivals: readonly Rival[]): Record<string, number | null> {
  return Object.fromEntries(rivals.map(({ codec, bdRate }) => [codec, bdRate]))
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

function pad(value: string | number, width: number): string {
  return String(value).padStart(width)
}
