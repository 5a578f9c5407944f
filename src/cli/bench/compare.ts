import { bdRate, type RdPoint } from './bd-rate.ts'
import { ANCHOR_CODECS, curveAt, type RdRow } from './rows.ts'

/** Our curve and those of other codecs, over the same images and the same size of picture. */
export interface Comparison {
  /** 'whole', or 'level-1' … */
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
  /** The prefix up to each level against the file of that size alone. */
  readonly levels: readonly Comparison[]
}

/**
 * Compares with measurements of the same set and images. Only images that both have at a size count for it: means
 * over different pictures would compare the pictures.
 */
export function compare(rows: readonly RdRow[], anchors: readonly RdRow[]): Comparisons {
  const tops = new Map<string, number>()
  for (const row of rows) tops.set(imageOf(row), Math.max(tops.get(imageOf(row)) ?? 0, row.level))
  /** Levels counted from the top of each image, which is 0. */
  const fromTop = (all: readonly RdRow[]) =>
    all.flatMap((row) => {
      const top = tops.get(imageOf(row))
      return top === undefined ? [] : { ...row, level: row.level - top }
    })
  const [ownTop, rivalTop] = [fromTop(rows), fromTop(anchors)]
  const levels = [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b)
  const whole = (name: string, title: string, rivals: readonly RdRow[]) => {
    return compareAt(0, ownTop, rivals, { name, title })
  }
  return {
    ladder: whole('whole', 'The whole file against ladders of files', rivalTop),
    largest: whole('largest', 'The whole file against its largest size alone', only(rivalTop, 0)),
    levels: levels.map((level) =>
      compareAt(level, rows, only(anchors, level), {
        name: `level-${level}`,
        title: `The prefix up to level ${level} (${sizes(rows, level)}) against that size alone`,
      }),
    ),
  }
}

function compareAt(
  level: number,
  rows: readonly RdRow[],
  anchors: readonly RdRow[],
  about: Pick<Comparison, 'name' | 'title'>,
): Comparison {
  const at = rows.filter((row) => row.level === level)
  const rivals = ANCHOR_CODECS.flatMap((codec): Rival | [] => {
    const known = new Set(anchors.filter((row) => row.codec === codec && row.level === level).map(imageOf))
    const images = new Set(at.map(imageOf).filter((image) => known.has(image)))
    const shared = (all: readonly RdRow[]) => all.filter((row) => images.has(imageOf(row)))
    const points = curveAt(shared(anchors), codec, level)
    if (points.length === 0) return []
    return { codec, points, bdRate: bdRate(points, curveAt(shared(rows), 'strata', level)) ?? null }
  })
  return { ...about, own: curveAt(rows, 'strata', level), rivals }
}

function only(rows: readonly RdRow[], level: number): RdRow[] {
  return rows.filter((row) => row.level === level)
}

function imageOf({ set, image }: RdRow): string {
  return `${set}/${image}`
}

/** The sizes of a level, as "640 wide" or "256 to 341 wide". */
function sizes(rows: readonly RdRow[], level: number): string {
  const widths = only(rows, level).map(({ width }) => width)
  const [least, most] = [Math.min(...widths), Math.max(...widths)]
  return least === most ? `${least} wide` : `${least} to ${most} wide`
}
