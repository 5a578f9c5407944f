import { renderChart } from '../chart.ts'
import { CODECS, OURS, type ThumbnailCodec, type ThumbnailRow } from './measure.ts'

/** Means over the images at one quality of ours. */
export interface ThumbnailSummary {
  readonly quality: number
  readonly bytes: number
  readonly psnr: number
  readonly lowPsnr: number
  /** dB more than each rival has at the same bytes; NaN where no image's rival goes there. */
  readonly gain: Readonly<Record<Exclude<ThumbnailCodec, 'hyperthumbnail'>, number>>
  /** Bytes over those of the smallest plain JPEG whose thumbnail is as near the bicubic one. */
  readonly overPlain: number
}

const RIVALS = CODECS.filter((codec) => codec !== OURS)

export function summarizeThumbnails(rows: readonly ThumbnailRow[]): ThumbnailSummary[] {
  const own = rows.filter(({ codec }) => codec === OURS)
  const qualities = [...new Set(own.map(({ quality }) => quality))]
  return qualities.map((quality) => {
    const found = own.filter((row) => row.quality === quality)
    const rivals = (row: ThumbnailRow, codec: ThumbnailCodec) =>
      groups(rows.filter((rival) => rival.image === row.image && rival.codec === codec))
    const gain = (row: ThumbnailRow, codec: ThumbnailCodec): number => {
      const values = rivals(row, codec).map((group) =>
        interpolate(group, Math.log(row.bytes), logBytes, (r) => r.psnr),
      )
      return row.psnr - largest(values)
    }
    const overPlain = (row: ThumbnailRow): number => {
      const sizes = rivals(row, 'bicubic').map((group) =>
        interpolate(group, row.lowPsnr ?? 0, (r) => r.lowPsnr ?? 0, logBytes),
      )
      return row.bytes / Math.exp(-largest(sizes.map((size) => -size)))
    }
    const gains = RIVALS.map((codec) => [codec, mean(found.map((row) => gain(row, codec)))])
    return {
      quality,
      bytes: mean(found.map(({ bytes }) => bytes)),
      psnr: mean(found.map((row) => row.psnr)),
      lowPsnr: mean(found.map(({ lowPsnr }) => lowPsnr ?? Number.NaN)),
      gain: Object.fromEntries(gains) as ThumbnailSummary['gain'],
      overPlain: mean(found.map(overPlain)),
    }
  })
}

export function formatThumbnails(summaries: readonly ThumbnailSummary[]): string {
  const head = ['quality', 'bytes', 'HR dB', 'LR dB', ...RIVALS.map((rival) => `over ${rival}`), 'size/plain']
  const lines = summaries.map(({ quality, bytes, psnr, lowPsnr, gain, overPlain }) => [
    ...[String(quality), bytes.toFixed(0), psnr.toFixed(2), lowPsnr.toFixed(2)],
    ...RIVALS.map((rival) => signed(gain[rival])),
    overPlain.toFixed(2),
  ])
  return [head, ...lines].map((cells) => cells.map((cell) => cell.padStart(14)).join('')).join('\n')
}

/** Mean PSNR against mean bytes per quality; of JPEGs the subsampling that is better there. */
export function plotThumbnails(rows: readonly ThumbnailRow[], set: string): string {
  const series = CODECS.flatMap((codec) =>
    groups(rows.filter((row) => row.codec === codec)).map((group) => ({
      name: group[0]?.subsampling ? `${codec} JPEG ${group[0].subsampling}` : codec,
      points: points(group),
    })),
  )
  return renderChart({
    title: `Pictures from small files, ${set}`,
    xLabel: 'kB, mean over images',
    yLabel: 'PSNR, dB',
    series,
  })
}

function points(group: readonly ThumbnailRow[]): { x: number; y: number }[] {
  return [...new Set(group.map(({ quality }) => quality))].map((quality) => {
    const found = group.filter((row) => row.quality === quality)
    return { x: mean(found.map(({ bytes }) => bytes)) / 1000, y: mean(found.map(({ psnr }) => psnr)) }
  })
}

/** By subsampling: each is a curve. */
function groups(rows: readonly ThumbnailRow[]): ThumbnailRow[][] {
  const kinds = [...new Set(rows.map(({ subsampling }) => subsampling))]
  return kinds.map((kind) => rows.filter(({ subsampling }) => subsampling === kind))
}

type Value = (row: ThumbnailRow) => number

const logBytes: Value = ({ bytes }) => Math.log(bytes)

/**
 * y at x on the polyline through the rows. Below its first row the first row's y, since fewer bytes give no more;
 * NaN beyond the last.
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

/** Of those that are known. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`
}
