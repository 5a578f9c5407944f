import { readdir } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { CliCodec } from '../../node/file-codec.ts'
import { fileError, readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest.ts'
import { createJudge, type Judge } from '../metric.ts'
import { DYADIC, type RdRow, SINGLE } from './rows.ts'

const EXTENSIONS: readonly string[] = ['.avif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']

/** Pictures whose longer side is at least this get a ladder of fixed widths. */
const LARGE = 1600
const LARGE_WIDTHS: readonly number[] = [640, 1280, 1920, 3840]

/** Widths of the levels at which a picture is measured. */
export function benchWidths(width: number, height: number): number[] {
  if (Math.max(width, height) >= LARGE) return [...LARGE_WIDTHS.filter((step) => step < width), width]
  const steps = [1 / 3, 2 / 3, 1].map((factor) => Math.max(1, Math.round(width * factor)))
  return [...new Set(steps)]
}

/** Widths of the pictures in a wavelet's stream: a quarter, half, and the whole. */
export function dyadicWidths(width: number): number[] {
  return [...new Set([4, 2, 1].map((divisor) => Math.max(1, Math.round(width / divisor))))]
}

/** The pictures of a folder, by name. @throws StrataError FILE_FAILED */
export async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => Promise.reject(fileError(folder, error)))
  const pictures = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase())).sort()
  if (pictures.length === 0) throw new StrataError('FILE_FAILED', `${folder}: holds no pictures`)
  return pictures.map((name) => join(folder, name))
}

/** Other ways to encode the same picture, to compare with: each level alone; the sizes of a dyadic wavelet. */
export const VARIANTS = ['single', 'dyadic'] as const
export type Variant = (typeof VARIANTS)[number]

export interface RdOptions {
  readonly set: string
  readonly qualities: readonly number[]
  /** Gradient steps of the encoder. @default 0 */
  readonly refine?: number
  readonly variants?: readonly Variant[]
  readonly codec: Pick<CliCodec, 'encodeUnverified' | 'decode'>
  readonly progress?: (quality: number) => void
}

/**
 * Measures one picture: one encode per quality; each level is decoded by the WebAssembly runtime from nothing but the
 * prefix that ends with it, rounded to 8 bits, and compared with the original resized by Lanczos3. The variants follow
 * as rows of codecs of their own.
 */
export async function measurePicture(path: string, options: RdOptions): Promise<RdRow[]> {
  const { set, qualities, variants = [] } = options
  const bytes = await readInput(path)
  const original = await readPicture(bytes)
  const hash = (await sha256(bytes)).subarray(0, SOURCE_HASH_BYTES)
  const { resized, measure } = createMeasure(original, hash, options)
  const ladder = benchWidths(original.width, original.height)
  const about = { set, image: parse(path).name }
  const rows: RdRow[] = []
  const add = (name: string, quality: number, levels: readonly MeasuredLevel[], first = 1) => {
    rows.push(...levels.map((level, i) => ({ ...about, codec: name, quality, level: first + i, ...level })))
  }
  for (const quality of qualities) {
    options.progress?.(quality)
    add('strata', quality, await measure(original, ladder, quality))
    if (variants.includes('dyadic')) {
      add(DYADIC, quality, await measure(original, dyadicWidths(original.width), quality))
    }
    if (!variants.includes('single')) continue
    for (const [i, width] of ladder.entries()) {
      add(SINGLE, quality, await measure(await resized(width), [width], quality), i + 1)
    }
  }
  return rows
}

/** What is measured at each layer of a file. */
type MeasuredLevel = Pick<RdRow, 'width' | 'height' | 'bytes' | 'psnr' | 'ssimulacra2'>

/** Keeps the resized originals, which every quality is compared with. */
function createMeasure(original: RgbImage, hash: Uint8Array, { codec, refine }: RdOptions) {
  const references = new Map<number, { readonly image: RgbImage; readonly judge: Judge }>()

  async function reference(width: number) {
    const known = references.get(width)
    if (known) return known
    const image = await resizeLanczos(original, width, layerHeight(width, original.width, original.height))
    const made = { image, judge: createJudge(image) }
    references.set(width, made)
    return made
  }

  async function measure(image: RgbImage, widths: readonly number[], quality: number) {
    const ladder = widths.map((width) => ({ width, quality }))
    const file = await codec.encodeUnverified(image, { ladder, sha256: hash, resize: resizeLanczos, refine })
    const levels: MeasuredLevel[] = []
    for (const { index, width, height, end } of readHeader(file).layers) {
      const decoded = await codec.decode(file.slice(0, end), { layer: index, runtime: 'wasm' })
      const { judge } = await reference(width)
      const { psnr, ssimulacra2 } = judge.scores(decoded)
      levels.push({ width, height, bytes: end, psnr, ssimulacra2 })
    }
    return levels
  }

  return { resized: async (width: number) => (await reference(width)).image, measure }
}
