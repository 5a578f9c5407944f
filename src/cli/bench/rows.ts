import { StrataError } from '../../core/errors.ts'
import { readInput } from '../files.ts'
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
  /** strata: the file's prefix up to this level. Others: the file of this level alone. */
  readonly bytes: number
  /** dB, over R, G and B of the level against the original resized to it. */
  readonly psnr: number
}

/** Codecs whose ladders ours is compared with, where the anchors have them. */
export const ANCHOR_CODECS = ['jpeg', 'webp', 'avif420', 'avif444p'] as const

/**
 * Reads rows that others measured; rows with levels that are no whole numbers (fractions of a scalable stream) are
 * left out.
 * @throws StrataError FILE_FAILED
 */
export async function readAnchors(path: string): Promise<RdRow[]> {
  const text = new TextDecoder().decode(await readInput(path))
  try {
    const rows = JSON.parse(text) as RdRow[]
    return rows.filter(({ level }) => Number.isInteger(level))
  } catch (cause) {
    throw new StrataError('FILE_FAILED', `${path}: expected a JSON array of measurements`, { cause })
  }
}

/**
 * The curve of a codec at a level: a point for each quality, mean bytes and mean dB over the images. The rate of a
 * codec without layers is that of a ladder: the sum of its files up to the level.
 */
export function curveAt(rows: readonly RdRow[], codec: string, level: number): RdPoint[] {
  const layered = codec === 'strata'
  const ofCodec = rows.filter((row) => row.codec === codec)
  const qualities = [...new Set(ofCodec.map(({ quality }) => quality))].sort((a, b) => a - b)
  return qualities.flatMap((quality) => {
    const own = ofCodec.filter((row) => row.quality === quality)
    const top = own.filter((row) => row.level === level)
    if (top.length === 0) return []
    const images = new Set(top.map(({ image }) => image))
    const paid = layered ? top : own.filter((row) => row.level <= level && images.has(row.image))
    return [{ rate: sum(paid, 'bytes') / top.length, quality: sum(top, 'psnr') / top.length }]
  })
}

function sum(rows: readonly RdRow[], key: 'bytes' | 'psnr'): number {
  return rows.reduce((total, row) => total + row[key], 0)
}
