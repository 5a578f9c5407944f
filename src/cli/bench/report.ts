import { type Comparisons, priceOfScalability, type Rival } from './compare.ts'
import { formatRate, inOrder } from './rd-table.ts'
import type { RdRow } from './rows.ts'

export interface LevelReport {
  readonly level: number
  /** Means over the images, a point for each quality. */
  readonly points: readonly { readonly quality: number; readonly bytes: number; readonly psnr: number }[]
  /** BD-rate in per cent against the ladder of each codec up to this level; null where the curves do not overlap. */
  readonly bdRate: Readonly<Record<string, number | null>>
}

/** BD-rates in per cent of one comparison, by codec. */
export interface ComparisonReport {
  readonly name: string
  readonly title: string
  readonly bdRate: Readonly<Record<string, number | null>>
}

export interface RdReport {
  readonly levels: readonly LevelReport[]
  readonly comparisons: readonly ComparisonReport[]
  /** BD-rate in per cent of the whole file over its top layer alone, where that was measured. */
  readonly priceOfScalability: number | null
}

/** The figures behind the tables and plots. */
export function summarize(rows: readonly RdRow[], comparisons: Comparisons): RdReport {
  const own = rows.filter(({ codec }) => codec === 'strata')
  return {
    levels: ascending(own.map(({ level }) => level)).map((level, i) => {
      const { own: curve, rivals } = comparisons.ladders[i]!
      const qualities = ascending(own.filter((row) => row.level === level).map(({ quality }) => quality))
      const points = curve.map(({ rate, quality: psnr }, at) => {
        return { quality: qualities[at]!, bytes: rate, psnr }
      })
      return { level, points, bdRate: ratesOf(rivals) }
    }),
    comparisons: [...inOrder(comparisons), ...comparisons.stream].map(({ name, title, rivals }) => {
      return { name, title, bdRate: ratesOf(rivals) }
    }),
    priceOfScalability: priceOfScalability(comparisons),
  }
}

export function formatReport({ levels, comparisons, priceOfScalability: price }: RdReport): string {
  const lines = ['level  quality  mean bytes  mean dB']
  for (const { level, points } of levels) {
    for (const { quality, bytes, psnr } of points) {
      lines.push(
        [pad(level, 5), pad(quality, 7), pad(bytes.toFixed(0), 10), pad(psnr.toFixed(3), 7)].join('  '),
      )
    }
  }
  const compared = comparisons.filter(({ bdRate }) => Object.keys(bdRate).length > 0)
  if (compared.length > 0) lines.push('', 'BD-rate in %, below zero: fewer bytes')
  for (const { title, bdRate } of compared) {
    const rates = Object.entries(bdRate).map(([codec, rate]) => `${codec} ${formatRate(rate)}`)
    lines.push(`${title}: ${rates.join(', ')}`)
  }
  if (price !== null) lines.push(`price of scalability, over the top layer alone: ${formatRate(price)} %`)
  return lines.join('\n')
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
