import type { Metric, Scores } from '../../pixels/judge.ts'
import { renderChart } from '../chart.ts'
import { TITLES, UNITS } from '../metric.ts'
import { CODECS, OURS, type ThumbnailCodec, type ThumbnailRow } from './measure.ts'

/** Means over the images at one quality of ours. */
export interface ThumbnailSummary extends Scores {
  readonly quality: number
  readonly bytes: number
  /** Scores of the thumbnails themselves. */
  readonly low: Scores
  /** Gain in score over each rival at the same bytes; NaN when no rival reaches these bytes. */
  readonly gain: Readonly<Record<Exclude<ThumbnailCodec, 'hyperthumbnail'>, number>>
  /** Score of the thumbnail less that of the best plain JPEG at the same bytes. */
  readonly shownGain: number
  /** Bytes divided by those of the smallest plain JPEG whose thumbnail is as near to the bicubic one. */
  readonly overPlain: number
}

const RIVALS = CODECS.filter((codec) => codec !== OURS)

/** @param metric of the gains */
export function summarizeThumbnails(rows: readonly ThumbnailRow[], metric: Metric): ThumbnailSummary[] {
  const score = (row: ThumbnailRow) => row[metric] ?? Number.NaN
  const lowScore = (row: ThumbnailRow) => row.low?.[metric] ?? Number.NaN
  const own = rows.filter(({ codec }) => codec === OURS)
  const qualities = [...new Set(own.map(({ quality }) => quality))]
  return qualities.map((quality) => {
    const found = own.filter((row) => row.quality === quality)
    const rivals = (row: ThumbnailRow, codec: ThumbnailCodec) =>
      groups(rows.filter((rival) => rival.image === row.image && rival.codec === codec))
    const gain = (row: ThumbnailRow, codec: ThumbnailCodec): number => {
      const values = rivals(row, codec).map((group) =>
        interpolate(group, Math.log(row.bytes), logBytes, score),
      )
      return score(row) - largest(values)
    }
    const overPlain = (row: ThumbnailRow): number => {
      const sizes = rivals(row, 'bicubic').map((group) =>
        interpolate(group, lowScore(row), lowScore, logBytes),
      )
      return row.bytes / Math.exp(-largest(sizes.map((size) => -size)))
    }
    const shownGain = (row: ThumbnailRow): number => {
      const values = rivals(row, 'bicubic').map((group) =>
        interpolate(group, Math.log(row.bytes), logBytes, lowScore),
      )
      return lowScore(row) - largest(values)
    }
    const gains = RIVALS.map((codec) => [codec, mean(found.map((row) => gain(row, codec)))])
    return {
      quality,
      bytes: mean(found.map(({ bytes }) => bytes)),
      ...meanScores(found),
      low: meanScores(found.flatMap(({ low }) => low ?? [])),
      gain: Object.fromEntries(gains) as ThumbnailSummary['gain'],
      shownGain: mean(found.map(shownGain)),
      overPlain: mean(found.map(overPlain)),
    }
  })
}

/** @param metric of the gains */
export function formatThumbnails(summaries: readonly ThumbnailSummary[], metric: Metric): string {
  const scores = ['HR SS2', 'HR dB', 'LR SS2', 'LR dB']
  const head = [
    'quality',
    'bytes',
    ...scores,
    ...RIVALS.map((rival) => `over ${rival}`),
    'shown',
    'size/plain',
  ]
  const lines = summaries.map(({ quality, bytes, gain, low, shownGain, overPlain, ...high }) => [
    ...[String(quality), bytes.toFixed(0), ...cells(high), ...cells(low)],
    ...RIVALS.map((rival) => signed(gain[rival])),
    signed(shownGain),
    overPlain.toFixed(2),
  ])
  const note = `"over" and "shown", of the thumbnail itself against a plain JPEG: ${UNITS[metric]} more at equal bytes`
  const table = [head, ...lines].map((row) => row.map((cell) => cell.padStart(14)).join(''))
  return [...table, note].join('\n')
}

function cells({ ssimulacra2, psnr }: Scores): string[] {
  return [ssimulacra2?.toFixed(2) ?? '-', psnr.toFixed(2)]
}

/** Plots mean score against mean bytes per quality. For JPEGs the better subsampling of each quality counts. */
export function plotThumbnails(rows: readonly ThumbnailRow[], set: string, metric: Metric): string {
  const series = CODECS.flatMap((codec) =>
    groups(rows.filter((row) => row.codec === codec)).map((group) => ({
      name: group[0]?.subsampling ? `${codec} JPEG ${group[0].subsampling}` : codec,
      points: points(group, metric),
    })),
  )
  return renderChart({
    title: `Pictures from small files, ${set}`,
    xLabel: 'kB, mean over images',
    yLabel: metric === 'psnr' ? 'PSNR, dB' : TITLES[metric],
    series,
  })
}

function points(group: readonly ThumbnailRow[], metric: Metric): { x: number; y: number }[] {
  return [...new Set(group.map(({ quality }) => quality))].map((quality) => {
    const found = group.filter((row) => row.quality === quality)
    return {
      x: mean(found.map(({ bytes }) => bytes)) / 1000,
      y: mean(found.map((row) => row[metric] ?? Number.NaN)),
    }
  })
}

/** Groups rows by subsampling, because each is a separate curve. */
function groups(rows: readonly ThumbnailRow[]): ThumbnailRow[][] {
  const kinds = [...new Set(rows.map(({ subsampling }) => subsampling))]
  return kinds.map((kind) => rows.filter(({ subsampling }) => subsampling === kind))
}

type Value = (row: ThumbnailRow) => number

const logBytes: Value = ({ bytes }) => Math.log(bytes)

/**
 * Interpolates y at x on the polyline through the rows. Below the first row it is the first row's y, because fewer bytes do
 * not give more; beyond the last row it is NaN.
 */
function interpolate(rows: readonly ThumbnailRow[], at: number, x: Value, y: Value): number {
  const sorted = rows.toSorted((a, b) => x(a) - x(b))
  const next = sorted.findIndex((row) => x(row) >= at)
  const [before, after] = [sorted[next - 1], sorted[next]]
  if (!after) return Number.NaN
  if (!before || x(after) === x(before)) return y(after)
  return y(before) + ((y(after) - y(before)) * (at - x(before))) / (x(after) - x(before))
}

function largest(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? Number.NaN : Math.max(...known)
}

/** Mean of the values that are not NaN. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function meanScores(scores: readonly Scores[]): Scores {
  const seen = mean(scores.map(({ ssimulacra2 }) => ssimulacra2 ?? Number.NaN))
  return { ssimulacra2: Number.isNaN(seen) ? null : seen, psnr: mean(scores.map(({ psnr }) => psnr)) }
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`
}
