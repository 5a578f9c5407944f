import { RIVALS, type RivalCodec } from '../../node/rival-files.ts'
import type { Scores } from '../../pixels/judge.ts'
import { type DeliveredRow, WAYS, type Way } from './measure.ts'

/** Means over the pictures that have the width. */
interface DeliveredSummary extends Scores {
  readonly way: Way
  readonly width: number
  readonly images: number
  readonly bytes: number
  /** Mean bytes of the rival's matching files, over the pictures that it matches; null when there are none. */
  readonly rivals: Readonly<Record<RivalCodec, number | null>>
}

/** Mean bytes of a picture in the bucket: one layered file, or a rival's matching file for each width. */
interface StoredSummary {
  readonly images: number
  readonly bytes: number
  readonly rivals: Readonly<Record<RivalCodec, number | null>>
}

interface DeliveredReport {
  readonly delivered: readonly DeliveredSummary[]
  readonly stored: StoredSummary
}

export function summarizeDelivered(rows: readonly DeliveredRow[]): DeliveredReport {
  const widths = [...new Set(rows.map(({ width }) => width))].sort((a, b) => a - b)
  const delivered = widths.flatMap((width) =>
    WAYS.flatMap((way) => {
      const found = rows.filter((row) => row.width === width && row.way === way)
      if (found.length === 0) return []
      return {
        ...{ way, width, images: found.length, bytes: mean(found.map(({ bytes }) => bytes)) },
        ssimulacra2: meanOrNull(found.map((row) => row.ssimulacra2)),
        psnr: mean(found.map((row) => row.psnr)),
        rivals: each((codec) => meanOrNull(found.map(({ rivals }) => rivals[codec]))),
      }
    }),
  )
  return { delivered, stored: summarizeStored(rows.filter(({ way }) => way === 'native')) }
}

function summarizeStored(rows: readonly DeliveredRow[]): StoredSummary {
  const images = [...new Set(rows.map(({ image }) => image))]
  const pictures = images.map((image) => rows.filter((row) => row.image === image))
  /** Bytes of a codec's ladder; a ladder that lacks a width does not count. */
  const ladder = (codec: RivalCodec) => (own: readonly DeliveredRow[]) =>
    own.reduce<number | null>((sum, { rivals }) => {
      const bytes = rivals[codec]
      return sum === null || bytes === null ? null : sum + bytes
    }, 0)
  return {
    images: pictures.length,
    bytes: mean(pictures.map((own) => Math.max(...own.map(({ bytes }) => bytes)))),
    rivals: each((codec) => meanOrNull(pictures.map(ladder(codec)))),
  }
}

export function formatDelivered({ delivered, stored }: DeliveredReport): string {
  const cells = (bytes: number, rivals: DeliveredSummary['rivals']) =>
    RIVALS.flatMap((codec) => [kilobytes(rivals[codec]), times(bytes, rivals[codec])])
  const head = ['width', 'images', 'way', 'kB', 'SS2', 'dB', ...RIVALS.flatMap((codec) => [codec, 'ours/'])]
  const lines = delivered.map(({ way, width, images, bytes, ssimulacra2, psnr, rivals }) => [
    ...[String(width), String(images), way, kilobytes(bytes)],
    ...[ssimulacra2?.toFixed(1) ?? '-', psnr.toFixed(2)],
    ...cells(bytes, rivals),
  ])
  const kept = ['all', String(stored.images), 'stored', kilobytes(stored.bytes), '', '']
  const table = [head, ...lines, [...kept, ...cells(stored.bytes, stored.rivals)]]
  return table
    .map((row) => row.map((cell, i) => (i === 2 ? `  ${cell.padEnd(14)}` : cell.padStart(8))).join(''))
    .join('\n')
}

function each<T>(value: (codec: RivalCodec) => T): Record<RivalCodec, T> {
  return Object.fromEntries(RIVALS.map((codec) => [codec, value(codec)])) as Record<RivalCodec, T>
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : mean(known)
}

function kilobytes(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 1000).toFixed(1)
}

function times(own: number, bytes: number | null): string {
  return bytes === null ? '-' : (own / bytes).toFixed(2)
}
