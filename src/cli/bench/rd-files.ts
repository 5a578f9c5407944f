import type { RdPoint } from './bd-rate.ts'
import { renderChart } from './chart.ts'
import { type Comparison, type Comparisons, priceOfScalability } from './compare.ts'
import { formatRate, inOrder } from './rd-table.ts'
import type { LevelReport } from './report.ts'
import { J2K_STREAM, LADDER_CODECS } from './rows.ts'

/** The curves as SVG files, by name. Without other codecs there are still our own curves to look at. */
export function renderPlots({ ladder, ladders, levels, stream }: Comparisons): Map<string, string> {
  // A ladder up to the first level is that level alone, and one up to the last mostly the whole.
  const plots = [ladder, ...ladders.slice(1, -1), ...levels, ...stream]
  return new Map(plots.map((comparison) => [`${comparison.name}.svg`, renderPlot(comparison)]))
}

/** Rates, distortions and BD-rates of our file as Markdown tables. */
export function renderMarkdown(
  set: string,
  levels: readonly LevelReport[],
  comparisons: Comparisons,
): string {
  const price = priceOfScalability(comparisons)
  const parts = [
    `Strata on ${set.replaceAll('|', '\\|')}: means over the images; PSNR over RGB.`,
    pointTable(levels),
    'BD-rate of Strata in %. Below zero: fewer bytes.',
    rateTable(inOrder(comparisons)),
    ...(comparisons.stream.length > 0 ? [rateTable(comparisons.stream)] : []),
    ...(price === null ? [] : [`Price of scalability, over the top layer alone: ${formatRate(price)} %.`]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** For each quality the bytes up to each level, and its dB. */
function pointTable(levels: readonly LevelReport[]): string {
  const qualities = [...new Set(levels.flatMap(({ points }) => points.map(({ quality }) => quality)))]
  const cells = (quality: number) =>
    levels.flatMap(({ points }) => {
      const point = points.find((candidate) => candidate.quality === quality)
      return point ? [point.bytes.toFixed(0), point.psnr.toFixed(2)] : ['–', '–']
    })
  return [
    row(['quality', ...levels.flatMap(({ level }) => [`bytes to level ${level}`, 'dB'])]),
    `|${'---:|'.repeat(1 + 2 * levels.length)}`,
    ...qualities.sort((a, b) => a - b).map((quality) => row([quality, ...cells(quality)])),
  ].join('\n')
}

function rateTable(comparisons: readonly Comparison[]): string {
  const codecs = codecsOf(comparisons)
  const cells = ({ rivals }: Comparison) =>
    codecs.map((codec) => formatRate(rivals.find((rival) => rival.codec === codec)?.bdRate ?? null))
  return [
    row(['', ...codecs]),
    `|---|${'---:|'.repeat(codecs.length)}`,
    ...comparisons.map((comparison) => row([comparison.title, ...cells(comparison)])),
  ].join('\n')
}

/** The other codecs in any of the comparisons. */
function codecsOf(comparisons: readonly Comparison[]): string[] {
  const found = new Set(comparisons.flatMap(({ rivals }) => rivals.map(({ codec }) => codec)))
  return [...LADDER_CODECS, J2K_STREAM].filter((codec) => found.has(codec))
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}

function renderPlot({ title, own, rivals }: Comparison): string {
  const inKilobytes = (points: readonly RdPoint[]) =>
    points.map(({ rate, quality }) => ({ x: rate / 1000, y: quality }))
  const rate = (value: number | null) => (value === null ? '' : ` (${formatRate(value)} %)`)
  return renderChart({
    title: title.replace(/^./, (letter) => letter.toUpperCase()),
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
