import { bdRate, type RdPoint } from './bd-rate.ts'
import { curveAt, DYADIC, J2K_STREAM, LADDER_CODECS, type RdRow, SINGLE } from './rows.ts'

/** Our curve and those of other codecs, over the same images and the same size of picture. */
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
  /** Of our curve against this one, in per cent; null where they do not overlap. */
  readonly bdRate: number | null
}

export interface Comparisons {
  /** The whole file against the sum of the files of all sizes. */
  readonly ladder: Comparison
  /** The whole file against the file of the largest size alone. */
  readonly largest: Comparison
  /** The prefix up to each level against the sum of the files up to it. */
  readonly ladders: readonly Comparison[]
  /** The prefix up to each level against the file of that size alone. */
  readonly levels: readonly Comparison[]
  /** The prefixes of one JPEG 2000 stream against ours of the same size; sizes that only one of them has are left out. */
  readonly stream: readonly Comparison[]
}

/**
 * Compares with measurements of the same set and images, and with those of `rows` that are not of the layered file.
 * Only images that both have at a size count for it: means over different pictures would compare the pictures.
 */
export function compare(measured: readonly RdRow[], anchors: readonly RdRow[]): Comparisons {
  const rows = measured.filter(({ codec }) => codec === 'strata')
  const rivals = [...anchors, ...measured.filter(({ codec }) => codec === SINGLE)]
  const tops = new Map<string, number>()
  for (const row of rows) tops.set(imageOf(row), Math.max(tops.get(imageOf(row)) ?? 0, row.level))
  /** Levels counted from the top of each image, which is 0. */
  const fromTop = (all: readonly RdRow[]) =>
    all.flatMap((row) => {
      const top = tops.get(imageOf(row))
      return top === undefined ? [] : { ...row, level: row.level - top }
    })
  const [ownTop, rivalTop] = [fromTop(rows), fromTop(rivals)]
  const levels = levelsOf(rows)
  const prefix = (level: number) => `prefix up to level ${level} (${sizes(only(rows, level))})`
  return {
    ladder: compareAt(0, ownTop, rivalTop, {
      name: 'whole',
      title: 'whole file against a ladder of files',
    }),
    largest: compareAt(0, ownTop, only(rivalTop, 0), {
      name: 'largest',
      title: 'whole file against its largest size alone',
    }),
    ladders: levels.map((level) =>
      compareAt(level, rows, rivals, {
        name: `ladder-${level}`,
        title: `${prefix(level)} against a ladder up to it`,
      }),
    ),
    levels: levels.map((level) =>
      compareAt(level, rows, only(rivals, level), {
        name: `level-${level}`,
        title: `${prefix(level)} against that size alone`,
      }),
    ),
    stream: compareStream(measured, anchors),
  }
}

/** What coding in layers costs: the whole file against its top layer alone, by the same networks, in per cent. */
export function priceOfScalability({ largest }: Comparisons): number | null {
  return largest.rivals.find(({ codec }) => codec === SINGLE)?.bdRate ?? null
}

/** Our rows get the level of the stream's picture of the same size; a file of just these sizes goes before others. */
function compareStream(measured: readonly RdRow[], anchors: readonly RdRow[]): Comparison[] {
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

function compareAt(
  level: number,
  rows: readonly RdRow[],
  anchors: readonly RdRow[],
  about: Pick<Comparison, 'name' | 'title'>,
  codecs: readonly string[] = LADDER_CODECS,
): Comparison {
  const at = only(rows, level)
  const rivals = codecs.flatMap((codec): Rival | [] => {
    const known = new Set(anchors.filter((row) => row.codec === codec && row.level === level).map(imageOf))
    const images = new Set(at.map(imageOf).filter((image) => known.has(image)))
    const shared = (all: readonly RdRow[]) => all.filter((row) => images.has(imageOf(row)))
    const points = curveAt(shared(anchors), codec, level)
    if (points.length === 0) return []
    return { codec, points, bdRate: bdRate(points, curveAt(shared(rows), 'strata', level)) ?? null }
  })
  return { ...about, own: curveAt(rows, 'strata', level), rivals }
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
