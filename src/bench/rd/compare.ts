import type { Metric } from '../../pixels/judge.ts'
import { bdRate, type QualityRange, type RdPoint, rateAt } from './bd-rate.ts'
import { curveAt, DYADIC, J2K_STREAM, LADDER_CODECS, type RdRow, SINGLE } from './rows.ts'

/** Curves of our codec and of others, for the same images at the same size. */
export interface Comparison {
  /** 'whole', 'largest', 'ladder-2', 'level-1', 'stream-3' … */
  readonly name: string
  readonly title: string
  readonly own: readonly RdPoint[]
  readonly rivals: readonly Rival[]
}

export interface Rival {
  readonly codec: string
  readonly points: readonly RdPoint[]
  /** BD-rate of our curve against this one, in per cent; null when the curves do not overlap. */
  readonly bdRate: number | null
}

export interface Comparisons {
  readonly metric: Metric
  /** The whole file against the sum of the files of all sizes. */
  readonly ladder: Comparison
  /** The whole file against the file of the largest size alone. */
  readonly largest: Comparison
  /** The prefix up to each level against the sum of the files up to it. */
  readonly ladders: readonly Comparison[]
  /** The prefix up to each level against the file of that size alone. */
  readonly levels: readonly Comparison[]
  /** The prefixes of one JPEG 2000 stream against ours of the same size. Sizes that only one of them has are left out. */
  readonly stream: readonly Comparison[]
}

/** Range of qualities of the BD-rates: SSIMULACRA2 from visibly degraded to almost indistinguishable from the original. */
export const RANGES: Readonly<Record<Metric, QualityRange | undefined>> = {
  ssimulacra2: { from: 50, to: 85 },
  psnr: undefined,
}

/**
 * Compares layered files with measurements of other codecs for the same set, and with the other rows of `rows`. At each
 * size only images that both have count, because means over different images are not comparable.
 *
 * By PSNR, a ladder is the sum of a codec's files of one setting, with the score of the largest. By SSIMULACRA2, it is the
 * sum of the files with the score of our prefix at each size, because one setting has different scores at different sizes.
 */
export function compare(
  all: readonly RdRow[],
  foreign: readonly RdRow[],
  metric: Metric = 'psnr',
): Comparisons {
  const scored = ({ [metric]: score }: RdRow) => score !== null
  const [measured, anchors] = [all.filter(scored), foreign.filter(scored)]
  const rows = measured.filter(({ codec }) => codec === 'strata')
  const compareAt = comparisonBy(metric)
  const rivals = [...anchors, ...measured.filter(({ codec }) => codec === SINGLE)]
  const tops = new Map<string, number>()
  for (const row of rows) tops.set(imageOf(row), Math.max(tops.get(imageOf(row)) ?? 0, row.level))
  /** Rows with levels counted from the top level of each image, which is 0. */
  const fromTop = (all: readonly RdRow[]) =>
    all.flatMap((row) => {
      const top = tops.get(imageOf(row))
      return top === undefined ? [] : { ...row, level: row.level - top }
    })
  const [ownTop, rivalTop] = [fromTop(rows), fromTop(rivals)]
  const levels = levelsOf(rows)
  const prefix = (level: number) => `prefix up to level ${level} (${sizes(only(rows, level))})`
  const good = metric === 'psnr' ? '' : ', as good at each size'
  return {
    metric,
    ladder: compareAt(0, ownTop, rivalTop, {
      name: 'whole',
      title: `whole file against a ladder of files${good}`,
    }),
    largest: compareAt(0, ownTop, only(rivalTop, 0), {
      name: 'largest',
      title: 'whole file against its largest size alone',
    }),
    ladders: levels.map((level) =>
      compareAt(level, rows, rivals, {
        name: `ladder-${level}`,
        title: `${prefix(level)} against a ladder up to it${good}`,
      }),
    ),
    levels: levels.map((level) =>
      compareAt(level, rows, only(rivals, level), {
        name: `level-${level}`,
        title: `${prefix(level)} against that size alone`,
      }),
    ),
    stream: compareStream(measured, anchors, compareAt),
  }
}

/** Price of scalability: BD-rate in per cent of the whole file against its top layer coded alone by the same networks. */
export function priceOfScalability({ largest }: Comparisons): number | null {
  return largest.rivals.find(({ codec }) => codec === SINGLE)?.bdRate ?? null
}

/** Mean BD-rate of the prefixes against each codec's files of the same sizes; null when a prefix has no BD-rate. */
export function meanOfPrefixes({ levels }: Comparisons): Record<string, number | null> {
  const codecs = new Set(levels.flatMap(({ rivals }) => rivals.map(({ codec }) => codec)))
  const means = [...codecs].map((codec) => {
    const rates = levels.flatMap(({ rivals }) => rivals.filter((rival) => rival.codec === codec))
    const sum = rates.reduce<number | null>(
      (total, { bdRate: rate }) => (total === null || rate === null ? null : total + rate),
      0,
    )
    return [codec, sum === null ? null : sum / rates.length] as const
  })
  return Object.fromEntries(means)
}

/** Compares our rows with the stream's pictures of the same sizes, preferably those of a file of exactly these sizes. */
function compareStream(
  measured: readonly RdRow[],
  anchors: readonly RdRow[],
  compareAt: CompareAt,
): Comparison[] {
  const stream = anchors.filter(({ codec }) => codec === J2K_STREAM)
  const sizeOf = (row: RdRow) => `${imageOf(row)}/${row.width}x${row.height}`
  const levels = new Map(stream.map((row) => [sizeOf(row), row.level]))
  const dyadic = measured.some(({ codec }) => codec === DYADIC)
  const rows = measured.flatMap((row) => {
    const level = row.codec === (dyadic ? DYADIC : 'strata') ? levels.get(sizeOf(row)) : undefined
    return level === undefined ? [] : { ...row, codec: 'strata', level }
  })
  return levelsOf(rows).map((level) => {
    const title = `prefix of ${sizes(only(rows, level))} against that of a JPEG 2000 stream`
    return compareAt(level, rows, stream, { name: `stream-${level}`, title }, [J2K_STREAM])
  })
}

type CompareAt = (
  level: number,
  rows: readonly RdRow[],
  anchors: readonly RdRow[],
  about: Pick<Comparison, 'name' | 'title'>,
  codecs?: readonly string[],
) => Comparison

function comparisonBy(metric: Metric): CompareAt {
  return (level, rows, anchors, about, codecs = LADDER_CODECS) => {
    const at = only(rows, level)
    const rivals = codecs.flatMap((codec): Rival | [] => {
      const ofCodec = anchors.filter((row) => row.codec === codec && row.level <= level)
      const known = new Set(only(ofCodec, level).map(imageOf))
      const images = new Set(at.map(imageOf).filter((image) => known.has(image)))
      const shared = (all: readonly RdRow[]) => all.filter((row) => images.has(imageOf(row)))
      const isLadder = codec !== J2K_STREAM && levelsOf(ofCodec).length > 1
      const points =
        isLadder && metric === 'ssimulacra2'
          ? matchedLadder(shared(rows), shared(ofCodec), level)
          : curveAt(shared(ofCodec), codec, level, metric)
      if (points.length === 0) return []
      const own = curveAt(shared(rows), 'strata', level, metric)
      return { codec, points, bdRate: bdRate(points, own, RANGES[metric]) ?? null }
    })
    return { ...about, own: curveAt(rows, 'strata', level, metric), rivals }
  }
}

/**
 * For each of our qualities, the bytes of one codec's files with the mean SSIMULACRA2 of our prefix at each level up to
 * `top`, by the codec's mean curve of that level. Qualities that a curve does not reach are left out.
 */
function matchedLadder(own: readonly RdRow[], rival: readonly RdRow[], top: number): RdPoint[] {
  const codec = rival[0]?.codec ?? ''
  const ours = own.filter((row) => row.codec === 'strata' && row.level <= top)
  const levels = levelsOf(ours)
  const curves = new Map(
    levels.map((level) => [level, curveAt(only(rival, level), codec, level, 'ssimulacra2')]),
  )
  const qualities = [...new Set(ours.map(({ quality }) => quality))].sort((a, b) => a - b)
  return qualities.flatMap((quality) => {
    const rows = ours.filter((row) => row.quality === quality)
    const images = only(rows, top).length
    let rate = 0
    for (const level of levels) {
      const there = only(rows, level)
      const mean = curveAt(there, 'strata', level, 'ssimulacra2')[0]
      const bytes = mean && rateAt(curves.get(level) ?? [], mean.quality)
      if (bytes === undefined) return []
      // Weight the level by its share of the images, because not all images have all levels.
      rate += (bytes * there.length) / images
    }
    const [best] = curveAt(only(rows, top), 'strata', top, 'ssimulacra2')
    return best ? { rate, quality: best.quality } : []
  })
}

function levelsOf(rows: readonly RdRow[]): number[] {
  return [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b)
}

function only(rows: readonly RdRow[], level: number): RdRow[] {
  return rows.filter((row) => row.level === level)
}

function imageOf({ set, image }: RdRow): string {
  return `${set}/${image}`
}

/** The sizes of a level, as "640 wide" or "256 to 341 wide". */
function sizes(rows: readonly RdRow[]): string {
  const widths = rows.map(({ width }) => width)
  const [least, most] = [Math.min(...widths), Math.max(...widths)]
  return least === most ? `${least} wide` : `${least} to ${most} wide`
}
