import { StrataError } from '../../core/errors.ts'
import { readInput } from '../../node/files.ts'
import type { Metric } from '../../pixels/judge.ts'
import type { RdPoint } from './bd-rate.ts'

/** One measurement. Levels count from 1, the smallest. */
export interface RdRow {
  readonly set: string
  /** File name of the picture without its extension. */
  readonly image: string
  readonly codec: string
  readonly quality: number
  readonly level: number
  readonly width: number
  readonly height: number
  /** Layered codecs: the file's prefix up to this level. Others: the file of this level alone. */
  readonly bytes: number
  /** dB, over R, G and B of the level against the original resized to it. */
  readonly psnr: number
  /** SSIMULACRA2 of the same pictures; null when it was not measured or a side is below 8 pixels. */
  readonly ssimulacra2: number | null
}

/** Each level alone, coded by our own networks as a file of one layer. */
export const SINGLE = 'strata-single'
/** A layered file of the sizes that a dyadic wavelet has: 1/4, 1/2, 1/1. */
export const DYADIC = 'strata-dyadic'
/** One resolution-progressive JPEG 2000 stream and its prefixes. */
export const J2K_STREAM = 'j2k_scal'

/** Codecs of whole files whose ladders ours is compared with, where they were measured. */
export const LADDER_CODECS = [
  ...['jpeg', 'mozjpeg', 'webp', 'avif', 'avif420', 'avif444p', 'jxl', 'j2k'],
  SINGLE,
]

/** Levels of a stream that halves its size: they are written as fractions. */
const FRACTIONS: Readonly<Record<string, number>> = { '1/4': 1, '1/2': 2, '1/1': 3 }

/** A row in the format of other programs. */
interface ForeignRow extends Omit<RdRow, 'level' | 'ssimulacra2'> {
  readonly ssimulacra2?: number
  readonly level: number | string
  /** As `psnr`, but against the original sampled at the positions of the codec. */
  readonly psnr_aligned?: number
}

/**
 * Reads measurements of other programs. Of rows with fractions as levels, only those of one scalable stream are read, as
 * levels 1 to 3. A wavelet's small pictures are shifted by a fraction of a pixel, which is not visible, so their aligned
 * PSNR is used when there is one.
 * @throws StrataError FILE_FAILED
 */
export async function readAnchors(path: string): Promise<RdRow[]> {
  const text = new TextDecoder().decode(await readInput(path))
  try {
    return (JSON.parse(text) as ForeignRow[]).flatMap(({ psnr_aligned: aligned, ...row }) => {
      const level = row.codec === J2K_STREAM ? FRACTIONS[row.level] : row.level
      if (!Number.isInteger(level)) return []
      const scores = { psnr: aligned ?? row.psnr, ssimulacra2: row.ssimulacra2 ?? null }
      return { ...row, level: level as number, ...scores }
    })
  } catch (cause) {
    throw new StrataError('FILE_FAILED', `${path}: expected a JSON array of measurements`, { cause })
  }
}

/**
 * The curve of a codec at a level: for each quality the mean bytes and the mean score over the images. The rate of a codec
 * without layers is that of a ladder: the sum of its files up to the level. Rows without the score do not count.
 */
export function curveAt(
  rows: readonly RdRow[],
  codec: string,
  level: number,
  metric: Metric = 'psnr',
): RdPoint[] {
  const layered = ['strata', DYADIC, J2K_STREAM].includes(codec)
  const ofCodec = rows.filter((row) => row.codec === codec && row[metric] !== null)
  const qualities = [...new Set(ofCodec.map(({ quality }) => quality))].sort((a, b) => a - b)
  return qualities.flatMap((quality) => {
    const own = ofCodec.filter((row) => row.quality === quality)
    const top = own.filter((row) => row.level === level)
    if (top.length === 0) return []
    const images = new Set(top.map(({ image }) => image))
    const paid = layered ? top : own.filter((row) => row.level <= level && images.has(row.image))
    return [{ rate: sum(paid, 'bytes') / top.length, quality: sum(top, metric) / top.length }]
  })
}

function sum(rows: readonly RdRow[], key: 'bytes' | Metric): number {
  return rows.reduce((total, row) => total + (row[key] ?? 0), 0)
}
