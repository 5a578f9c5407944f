import { bdRate } from './bd-rate.ts'
import { ANCHOR_CODECS, curveAt, type RdRow } from './rows.ts'

export interface LevelReport {
  readonly level: number
  /** Means over the images, a point for each quality. */
  readonly points: readonly { readonly quality: number; readonly bytes: number; readonly psnr: number }[]
  /** BD-rate in per cent against the ladder of each codec up to this level; null where the curves do not overlap. */
  readonly bdRate: Readonly<Record<string, number | null>>
}

/** Means by level and quality, and BD-rates against the anchors of the same set, images and levels. */
export function summarize(rows: readonly RdRow[], anchors: readonly RdRow[]): LevelReport[] {
  const measured = new Set(rows.map(({ set, image }) => `${set}/${image}`))
  const rivals = anchors.filter(({ set, image }) => measured.has(`${set}/${image}`))
  const codecs = ANCHOR_CODECS.filter((codec) => rivals.some((row) => row.codec === codec))
  const levels = [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b)
  const qualities = [...new Set(rows.map(({ quality }) => quality))].sort((a, b) => a - b)
  return levels.map((level) => {
    const own = curveAt(rows, 'strata', level)
    const rates = codecs.map((codec) => [codec, bdRate(curveAt(rivals, codec, level), own) ?? null] as const)
    const points = own.map(({ rate, quality: psnr }, i) => ({ quality: qualities[i]!, bytes: rate, psnr }))
    return { level, points, bdRate: Object.fromEntries(rates) }
  })
}

export function formatReport(reports: readonly LevelReport[]): string {
  const lines = ['level  quality  mean bytes  mean dB']
  for (const { level, points } of reports) {
    for (const { quality, bytes, psnr } of points) {
      lines.push(
        [pad(level, 5), pad(quality, 7), pad(bytes.toFixed(0), 10), pad(psnr.toFixed(3), 7)].join('  '),
      )
    }
  }
  const codecs = Object.keys(reports[0]?.bdRate ?? {})
  if (codecs.length === 0) return lines.join('\n')
  lines.push('', ['BD-rate %, level', ...codecs.map((codec) => pad(codec, 9))].join('  '))
  for (const { level, bdRate: rates } of reports) {
    const cells = codecs.map((codec) => pad(rates[codec]?.toFixed(2) ?? '-', 9))
    lines.push([pad(level, 16), ...cells].join('  '))
  }
  return lines.join('\n')
}

function pad(value: string | number, width: number): string {
  return String(value).padStart(width)
}
