import type { Metric } from '../../pixels/judge.ts'
import { renderChart } from '../chart.ts'
import { TITLES } from '../metric.ts'
import type { RdPoint } from './bd-rate.ts'
import { type Comparison, type Comparisons, meanOfPrefixes, priceOfScalability } from './compare.ts'
import { type LevelReport, titleOf } from './report.ts'
import { J2K_STREAM, LADDER_CODECS } from './rows.ts'
import { formatRate, inOrder } from './table.ts'

const SHORT: Readonly<Record<Metric, string>> = { ssimulacra2: 'ss2', psnr: 'psnr' }

/** Draws the curves as SVG files, by name. Without other codecs they show our own curves alone. */
export function renderPlots({ metric, ladder, ladders, levels, stream }: Comparisons): Map<string, string> {
  // The ladder up to the first level is that level alone, and the one up to the last level is mostly the whole ladder.
  const plots = [ladder, ...ladders.slice(1, -1), ...levels, ...stream]
  return new Map(
    plots.map((comparison) => [`${SHORT[metric]}-${comparison.name}.svg`, renderPlot(comparison, metric)]),
  )
}

/** Formats rates, distortions and BD-rates of our files as Markdown tables. @param compared comparisons, one per metric */
export function renderMarkdown(
  set: string,
  levels: readonly LevelReport[],
  compared: readonly Comparisons[],
): string {
  const parts = [
    `Strata on ${set.replaceAll('|', '\\|')}: means over the images; SS2 is SSIMULACRA2, dB is PSNR over RGB.`,
    pointTable(levels),
    ...compared.filter(hasRivals).flatMap(metricParts),
  ]
  return `${parts.join('\n\n')}\n`
}

function hasRivals(comparisons: Comparisons): boolean {
  return [...inOrder(comparisons), ...comparisons.stream].some(({ rivals }) => rivals.length > 0)
}

function metricParts(comparisons: Comparisons): string[] {
  const price = priceOfScalability(comparisons)
  return [
    `BD-rate of Strata by ${titleOf(comparisons.metric)} in %. Below zero: fewer bytes.`,
    rateTable(inOrder(comparisons), meanOfPrefixes(comparisons)),
    ...(comparisons.stream.length > 0 ? [rateTable(comparisons.stream)] : []),
    ...(price === null ? [] : [`Price of scalability, over the top layer alone: ${formatRate(price)} %.`]),
  ]
}

/** Table of the bytes up to each level and its scores, by quality. */
function pointTable(levels: readonly LevelReport[]): string {
  const qualities = [...new Set(levels.flatMap(({ points }) => points.map(({ quality }) => quality)))]
  const cells = (quality: number) =>
    levels.flatMap(({ points }) => {
      const point = points.find((candidate) => candidate.quality === quality)
      if (!point) return ['–', '–', '–']
      return [point.bytes.toFixed(0), point.ssimulacra2?.toFixed(2) ?? '–', point.psnr.toFixed(2)]
    })
  return [
    row(['quality', ...levels.flatMap(({ level }) => [`bytes to level ${level}`, 'SS2', 'dB'])]),
    `|${'---:|'.repeat(1 + 3 * levels.length)}`,
    ...qualities.sort((a, b) => a - b).map((quality) => row([quality, ...cells(quality)])),
  ].join('\n')
}

function rateTable(
  comparisons: readonly Comparison[],
  mean: Readonly<Record<string, number | null>> = {},
): string {
  const codecs = codecsOf(comparisons)
  const cells = ({ rivals }: Comparison) =>
    codecs.map((codec) => formatRate(rivals.find((rival) => rival.codec === codec)?.bdRate ?? null))
  return [
    row(['', ...codecs]),
    `|---|${'---:|'.repeat(codecs.length)}`,
    ...comparisons.map((comparison) => row([comparison.title, ...cells(comparison)])),
    ...(Object.keys(mean).length > 0
      ? [
          row([
            'prefixes against their sizes alone, mean',
            ...codecs.map((codec) => formatRate(mean[codec] ?? null)),
          ]),
        ]
      : []),
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

function renderPlot({ title, own, rivals }: Comparison, metric: Metric): string {
  const inKilobytes = (points: readonly RdPoint[]) =>
    points.map(({ rate, quality }) => ({ x: rate / 1000, y: quality }))
  const rate = (value: number | null) => (value === null ? '' : ` (${formatRate(value)} %)`)
  return renderChart({
    title: title.replace(/^./, (letter) => letter.toUpperCase()),
    xLabel: 'kB, mean over images',
    yLabel: metric === 'psnr' ? 'PSNR, dB' : TITLES[metric],
    series: [
      { name: 'strata', points: inKilobytes(own) },
      ...rivals.map(({ codec, points, bdRate }) => {
        return { name: `${codec}${rate(bdRate)}`, points: inKilobytes(points) }
      }),
    ],
  })
}
