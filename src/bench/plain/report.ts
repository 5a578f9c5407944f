import { median, round } from '../cpu-clock.ts'
import { FORMATS, type Format } from './answers.ts'
import { PEERS, type Peer } from './peers.ts'
import type { MeasuredRow } from './run.ts'

/** Pairs of our format and the peer that it is compared with. */
const PAIRS = [
  ['avif', 'mozjpeg'],
  ['avif', 'avif-4'],
  ['avif', 'avif-0'],
  ['webp', 'webp'],
  ['webp', 'mozjpeg'],
  ['jpeg', 'mozjpeg'],
] as const satisfies readonly (readonly [Format, Peer])[]

type Pair = `${(typeof PAIRS)[number][0]}/${(typeof PAIRS)[number][1]}`

/** Ratio over the pictures for which both reach the score. */
interface Ratio {
  /** Geometric mean; null without such pictures. */
  readonly mean: number | null
  readonly worst: number | null
  readonly pictures: number
}

/** Means over the pictures that have a width. */
interface PlainSummary {
  readonly width: number
  readonly pictures: number
  /** Whether every answer had exactly that width. */
  readonly isExact: boolean
  /** Mean width of the layer divided by the picture's. */
  readonly scale: number
  /** Mean bytes at the score, of those that reach it; null if none does. */
  readonly bytes: {
    readonly ours: Record<Format, number | null>
    readonly peers: Record<Peer, number | null>
  }
  readonly ratios: Readonly<Record<Pair, Ratio>>
  /** Medians; null if not measured. */
  readonly cpuMs: { readonly ours: number; readonly peer: number; readonly ratio: number } | null
  /** Memory of the picture that takes most. */
  readonly memoryMb: number
}

/** A picture whose curve ends below the score. */
interface Unreached {
  readonly image: string
  readonly width: number
  readonly curve: string
  /** Its best SSIMULACRA2. */
  readonly best: number
}

interface PlainReport {
  readonly score: number
  readonly widths: readonly PlainSummary[]
  readonly unreached: readonly Unreached[]
  /** Answers in another format than the requested one, because they are too large for its encoder. */
  readonly otherFormats: readonly { readonly image: string; readonly width: number; readonly sent: string }[]
}

export function reportPlain(rows: readonly MeasuredRow[], score: number): PlainReport {
  const widths = [...new Set(rows.map(({ width }) => width))].sort((a, b) => a - b)
  return {
    score,
    widths: widths.map((width) => summarize(rows.filter((row) => row.width === width))),
    unreached: rows.flatMap(({ image, width, ours, peers }) => {
      const curves = [
        ...FORMATS.map((format) => [`ours ${format}`, ours[format]] as const),
        ...PEERS.map((peer) => [peer, peers[peer]] as const),
      ]
      return curves
        .filter(([, { bytes }]) => bytes === null)
        .map(([curve, { best }]) => ({ image, width, curve, best: round(best, 1) }))
    }),
    otherFormats: rows.flatMap(({ image, width, ours }) =>
      FORMATS.filter((format) => ours[format].sent !== format).map((format) => ({
        ...{ image, width },
        sent: ours[format].sent,
      })),
    ),
  }
}

function summarize(rows: readonly MeasuredRow[]): PlainSummary {
  const times = rows.flatMap(({ cpuMs }) => cpuMs ?? [])
  const cpu = (side: 'ours' | 'peer') => round(median(times.map((time) => time[side])), 1)
  const ratio = ([format, peer]: (typeof PAIRS)[number]) =>
    [`${format}/${peer}`, ratioOf(rows, format, peer)] as const
  return {
    width: rows[0]!.width,
    pictures: rows.length,
    isExact: rows.every(({ ours }) => FORMATS.every((format) => ours[format].isExact)),
    scale: round(mean(rows.map(({ scale }) => scale)) ?? 0, 2),
    bytes: {
      ours: record(FORMATS, (format) => mean(known(rows.map(({ ours }) => ours[format].bytes)))),
      peers: record(PEERS, (peer) => mean(known(rows.map(({ peers }) => peers[peer].bytes)))),
    },
    ratios: Object.fromEntries(PAIRS.map(ratio)) as PlainSummary['ratios'],
    cpuMs:
      times.length === 0
        ? null
        : {
            ...{ ours: cpu('ours'), peer: cpu('peer') },
            ratio: round(median(times.map(({ ours, peer }) => ours / peer)), 2),
          },
    memoryMb: round(Math.max(...rows.map(({ memory }) => memory.peak)) / 1e6, 1),
  }
}

function ratioOf(rows: readonly MeasuredRow[], format: Format, peer: Peer): Ratio {
  const ratios = rows.flatMap(({ ours, peers }) => {
    const [own, other] = [ours[format].bytes, peers[peer].bytes]
    return own === null || other === null ? [] : [own / other]
  })
  if (ratios.length === 0) return { mean: null, worst: null, pictures: 0 }
  const logarithms = ratios.map(Math.log)
  return {
    mean: round(Math.exp(mean(logarithms) ?? 0), 3),
    worst: round(Math.max(...ratios), 3),
    pictures: ratios.length,
  }
}

export function formatPlain({ score, widths, unreached, otherFormats }: PlainReport): string {
  const bytes = [
    ['width', 'pictures', 'from', ...FORMATS.map((format) => `ours ${format}`), ...PEERS],
    ...widths.map(({ width, pictures, isExact, scale, bytes: { ours, peers } }) => [
      ...[`${width}${isExact ? '' : ' (not met)'}`, String(pictures), `${scale} x`],
      ...FORMATS.map((format) => kilobytes(ours[format])),
      ...PEERS.map((peer) => kilobytes(peers[peer])),
    ]),
  ]
  const pairs = PAIRS.map(([format, peer]) => `${format}/${peer}` as const)
  const ratios = [
    ['width', ...pairs],
    ...widths.map(({ width, pictures, ratios }) => [
      String(width),
      ...pairs.map((pair) => shownRatio(ratios[pair], pictures)),
    ]),
  ]
  const costs = [
    ['width', 'ours ms', 'sharp ms', 'of sharp', 'memory MB'],
    ...widths.map(({ width, cpuMs, memoryMb }) => [
      ...[String(width), ...[cpuMs?.ours, cpuMs?.peer, cpuMs?.ratio].map((value) => String(value ?? '-'))],
      String(memoryMb),
    ]),
  ]
  return [
    ...[`kB at SS2 ${score}, means; peers by sharp from the original`, ...aligned(bytes)],
    ...['', 'bytes of ours / of a peer: geometric mean (worst)', ...aligned(ratios)],
    ...['', 'the answer to a browser: CPU time against AVIF of effort 0, memory', ...aligned(costs)],
    ...unreached.map(({ image, width, curve, best }) => `${image} ${width}: ${curve} ends at SS2 ${best}`),
    ...otherFormats.map(({ image, width, sent }) => `${image} ${width}: sent as ${sent}, for its size`),
  ].join('\n')
}

/** One row in a line. */
export function describeRow({ image, width, ours, peers, cpuMs }: MeasuredRow): string {
  const sizes = [
    ...FORMATS.map((format) => `ours ${format} ${kilobytes(ours[format].bytes)}`),
    ...PEERS.map((peer) => `${peer} ${kilobytes(peers[peer].bytes)}`),
  ]
  return `${image} ${width}: ${sizes.join(', ')} kB${cpuMs ? `, CPU ${cpuMs.ours} of ${cpuMs.peer} ms` : ''}`
}

function shownRatio({ mean, worst, pictures }: Ratio, all: number): string {
  if (mean === null || worst === null) return '-'
  return `${mean.toFixed(2)} (${worst.toFixed(2)})${pictures < all ? ` of ${pictures}` : ''}`
}

function aligned(table: readonly (readonly string[])[]): string[] {
  const size = Math.max(...table.flat().map((cell) => cell.length)) + 2
  return table.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(size) : cell.padStart(size))).join(''),
  )
}

function record<Key extends string, T>(keys: readonly Key[], value: (key: Key) => T): Record<Key, T> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, T>
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function kilobytes(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 1000).toFixed(1)
}
