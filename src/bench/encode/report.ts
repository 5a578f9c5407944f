import { round } from '../cpu-clock.ts'
import { ENCODE_PARTS, type EncodePart, type EncodeRow } from './measure.ts'

/** CPU seconds per megapixel, over all pictures. */
interface EncodeSummary {
  readonly pictures: number
  readonly megapixels: number
  readonly strata: number
  readonly avif: number
  readonly parts: Readonly<Record<EncodePart, number>>
}

export interface EncodeReport {
  /** CPU seconds of the process before the first picture, for loading program and models. */
  readonly startSeconds: number
  /** All pictures and the start, as in one run of `strata encode` on the folder. */
  readonly cold: EncodeSummary
  /** Without the start and the first picture, as in an origin that is warmed up; null for a single picture. */
  readonly warm: EncodeSummary | null
  readonly rows: readonly EncodeRow[]
}

export function summarizeEncode(rows: readonly EncodeRow[], startSeconds: number): EncodeReport {
  return {
    startSeconds: round(startSeconds, 2),
    cold: summaryOf(rows, startSeconds),
    warm: rows.length > 1 ? summaryOf(rows.slice(1), 0) : null,
    rows,
  }
}

function summaryOf(rows: readonly EncodeRow[], startSeconds: number): EncodeSummary {
  const total = (value: (row: EncodeRow) => number) => rows.reduce((sum, row) => sum + value(row), 0)
  const megapixels = total(({ width, height }) => width * height) / 1e6
  const perMegapixel = (ms: number) => round(ms / 1000 / megapixels, 3)
  const parts = ENCODE_PARTS.map((part) => {
    const start = part === 'rest' ? 1000 * startSeconds : 0
    return [part, perMegapixel(total((row) => row.parts[part]) + start)]
  })
  return {
    ...{ pictures: rows.length, megapixels: round(megapixels, 3) },
    strata: perMegapixel(total(({ cpuMs }) => cpuMs) + 1000 * startSeconds),
    avif: perMegapixel(total(({ avifMs }) => avifMs)),
    parts: Object.fromEntries(parts) as Record<EncodePart, number>,
  }
}

/** Formats the measurements for people. */
export function formatEncode({ startSeconds, cold, warm }: EncodeReport): string {
  const head = ['CPU s / megapixel', 'pictures', 'strata', ...ENCODE_PARTS, 'avif']
  const line = (name: string, { pictures, strata, parts, avif }: EncodeSummary) => [
    ...[name, String(pictures)],
    ...[strata, ...ENCODE_PARTS.map((part) => parts[part]), avif].map((seconds) => seconds.toFixed(2)),
  ]
  const lines = [head, line(`start (${startSeconds.toFixed(2)} s) and all`, cold)]
  if (warm) lines.push(line('without the first', warm))
  return lines
    .map(([name = '', ...cells]) => [name.padEnd(22), ...cells.map((cell) => cell.padStart(13))].join(''))
    .join('\n')
}
