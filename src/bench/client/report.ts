import { type ClientBench, SIDES, type Side } from './run.ts'
import type { Bytes } from './site.ts'
import type { Stretch } from './visit.ts'

/** Number of pictures from which a first visit with layered files takes fewer bytes; null when it never does. */
interface BreakEven {
  readonly load: number | null
  /** The same when every picture is also shown in twice the size. */
  readonly doubled: number | null
}

/** Computes it from the mean bytes per picture on the first visit, markup included, and the bytes of code and models. */
export function breakEven({ pictures, visits: { strata, avif } }: ClientBench): BreakEven {
  const { library, runtime, models } = strata.first.load.bytes
  const once = library + runtime + models
  const each = ({ load, doubled }: { load: Stretch; doubled: Stretch }, both: boolean) =>
    (load.bytes.page + load.bytes.pictures + (both ? doubled.bytes.pictures : 0)) / pictures
  const from = (both: boolean) => {
    const saved = each(avif.first, both) - each(strata.first, both)
    return saved > 0 ? Math.ceil(once / saved) : null
  }
  return { load: from(false), doubled: from(true) }
}

const COLUMNS = [
  'kB',
  'pictures',
  'code',
  'models',
  'placeholder',
  'first',
  'final',
  '>50 ms',
  'longest',
] as const

export function formatClient(bench: ClientBench): string {
  const head = ['', ...COLUMNS]
  const lines = (['first', 'second'] as const).flatMap((which) =>
    (['load', 'doubled'] as const).flatMap((part) =>
      SIDES.map((side) => [`${which} visit, ${part}, ${side}`, ...cells(bench.visits[side][which][part])]),
    ),
  )
  const table = [head, ...lines].map(([name = '', ...rest]) =>
    [name.padEnd(30), ...rest.map((cell) => cell.padStart(12))].join(''),
  )
  return [...table, '', ...verdicts(bench)].join('\n')
}

/** Sentences that name the better side for each figure. */
export function verdicts(bench: ClientBench): string[] {
  const { load, doubled } = breakEven(bench)
  const said = (count: number | null) => (count === null ? 'never' : `from ${count} pictures on`)
  const faster = (which: 'first' | 'second', part: 'load' | 'doubled') => {
    const [strata, avif] = SIDES.map((side: Side) => bench.visits[side][which][part].finalMs) as [
      number,
      number,
    ]
    const winner = strata < avif ? 'strata' : 'avif'
    return `${which} visit, ${part}: ${winner} is final first (strata ${strata} ms, avif ${avif} ms)`
  }
  return [
    `fewer bytes on a first visit: ${said(load)}; with every picture doubled: ${said(doubled)}`,
    ...(['first', 'second'] as const).flatMap((which) => [faster(which, 'load'), faster(which, 'doubled')]),
  ]
}

function cells({ bytes, placeholderMs, firstMs, finalMs, longTasks }: Stretch): string[] {
  const [all, code] = [sum(bytes), bytes.library + bytes.runtime]
  return [
    ...[all, bytes.pictures, code, bytes.models].map((value) => (value / 1000).toFixed(1)),
    placeholderMs === null ? '-' : `${placeholderMs} ms`,
    ...[`${firstMs} ms`, `${finalMs} ms`, String(longTasks.count), `${longTasks.longestMs} ms`],
  ]
}

function sum(bytes: Bytes): number {
  return Object.values(bytes).reduce((total, value) => total + value, 0)
}
