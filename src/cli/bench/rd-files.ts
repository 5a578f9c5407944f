import { renderChart } from './chart.ts'
import type { Comparison, Comparisons } from './compare.ts'
import { ANCHOR_CODECS } from './rows.ts'

/** The curves as SVG files, by name: the whole file against ladders, and each prefix against that size alone. */
export function renderPlots({ ladder, levels }: Comparisons): Map<string, string> {
  return new Map([ladder, ...levels].map((comparison) => [`${comparison.name}.svg`, renderPlot(comparison)]))
}

/** BD-rates of our file as Markdown tables: below zero we need fewer bytes. */
export function renderMarkdown(set: string, { ladder, largest, levels }: Comparisons): string {
  const codecs = ANCHOR_CODECS.filter((codec) =>
    [ladder, largest, ...levels].some(({ rivals }) => rivals.some((rival) => rival.codec === codec)),
  )
  const row = (name: string, comparison: Comparison) => {
    const rates = codecs.map((codec) => {
      return formatRate(comparison.rivals.find((rival) => rival.codec === codec)?.bdRate ?? null)
    })
    return `| ${[name, ...rates].join(' | ')} |`
  }
  return [
    `BD-rate of Strata on ${set.replaceAll('|', '\\|')} in %, PSNR over RGB, means over images. Below zero: fewer bytes.`,
    '',
    `| | ${codecs.join(' | ')} |`,
    `|---|${codecs.map(() => '---:|').join('')}`,
    row('whole file against a ladder of files', ladder),
    row('whole file against the largest file alone', largest),
    ...levels.map((level, i) => row(`prefix up to level ${i + 1} against that size alone`, level)),
    '',
  ].join('\n')
}

function renderPlot({ title, own, rivals }: Comparison): string {
  const inKilobytes = (points: Comparison['own']) =>
    points.map(({ rate, quality }) => ({ x: rate / 1000, y: quality }))
  const rate = (value: number | null) => (value === null ? '' : ` (${formatRate(value)} %)`)
  return renderChart({
    title,
    xLabel: 'kB, mean over images',
    yLabel: 'PSNR, dB',
    series: [
      { name: 'strata', points: inKilobytes(own) },
      ...rivals.map(({ codec, points, bdRate }) => {
        return { name: `${codec}${rate(bdRate)}`, points: inKilobytes(points) }
      }),
    ],
  })
}

function formatRate(value: number | null): string {
  if (value === null) return '–'
  return value < 0 ? `−${(-value).toFixed(1)}` : `+${value.toFixed(1)}`
}
