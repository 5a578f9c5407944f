import { readdir } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { readHeader } from '../../format/reader.ts'
import { readPicture, resizeLanczos } from '../../origin/ingest.ts'
import type { CliCodec } from '../codec.ts'
import { fileError, readInput } from '../files.ts'
import type { RdRow } from './rows.ts'

const EXTENSIONS: readonly string[] = ['.avif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']

/** Pictures whose longer side is at least this get a ladder of fixed widths. */
const LARGE = 1600
const LARGE_WIDTHS: readonly number[] = [640, 1280, 1920, 3840]

/** Said of pictures without any difference, whose PSNR is infinite and has no place in JSON. */
const PSNR_EQUAL = 100

/** Widths of the levels at which a picture is measured. */
export function benchWidths(width: number, height: number): number[] {
  if (Math.max(width, height) >= LARGE) return [...LARGE_WIDTHS.filter((step) => step < width), width]
  const steps = [1 / 3, 2 / 3, 1].map((factor) => Math.max(1, Math.round(width * factor)))
  return [...new Set(steps)]
}

/** Peak signal-to-noise ratio in dB over the 8-bit values of all three channels of two pictures of one size. */
export function psnr(a: RgbImage, b: RgbImage): number {
  if (a.width !== b.width || a.height !== b.height) {
    const sizes = `${a.width}x${a.height} and ${b.width}x${b.height}`
    throw new StrataError('INTERNAL', `psnr: expected pictures of one size, got ${sizes}`)
  }
  let squares = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = a.data[i]! - b.data[i]!
    squares += difference * difference
  }
  if (squares === 0) return PSNR_EQUAL
  return Math.min(PSNR_EQUAL, 10 * Math.log10((255 * 255 * a.data.length) / squares))
}

/** The pictures of a folder, by name. @throws StrataError FILE_FAILED */
export async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => Promise.reject(fileError(folder, error)))
  const pictures = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase())).sort()
  if (pictures.length === 0) throw new StrataError('FILE_FAILED', `${folder}: holds no pictures`)
  return pictures.map((name) => join(folder, name))
}

/**
 * Measures one picture: one encode per quality; each level is decoded by the WebAssembly runtime from nothing but the
 * prefix that ends with it, rounded to 8 bits, and compared with the original resized by Lanczos3.
 */
export async function measurePicture(
  path: string,
  options: {
    readonly set: string
    readonly qualities: readonly number[]
    readonly codec: Pick<CliCodec, 'encodeUnverified' | 'decode'>
    readonly progress?: (quality: number) => void
  },
): Promise<RdRow[]> {
  const { set, qualities, codec } = options
  const bytes = await readInput(path)
  const original = await readPicture(bytes)
  const hash = (await sha256(bytes)).subarray(0, 16)
  const references = new Map<number, RgbImage>()
  const rows: RdRow[] = []
  for (const quality of qualities) {
    options.progress?.(quality)
    const ladder = benchWidths(original.width, original.height).map((width) => ({ width, quality }))
    const file = await codec.encodeUnverified(original, { ladder, sha256: hash, resize: resizeLanczos })
    for (const { index, width, height, end } of readHeader(file).layers) {
      const decoded = await codec.decode(file.slice(0, end), { layer: index, runtime: 'wasm' })
      const reference = references.get(width) ?? (await resizeLanczos(original, width, height))
      references.set(width, reference)
      const measured = { width, height, bytes: end, psnr: Number(psnr(decoded, reference).toFixed(4)) }
      rows.push({ set, image: parse(path).name, codec: 'strata', quality, level: index + 1, ...measured })
    }
  }
  return rows
}
