import { parse } from 'node:path'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { createJudge, type Judge } from '../../pixels/judge.ts'
import { benchWidths, dyadicWidths } from '../levels.ts'
import { DYADIC, type RdRow, SINGLE } from './rows.ts'

/** Other encodings of the same picture for comparison: each level alone, and the sizes of a dyadic wavelet. */
export const VARIANTS = ['single', 'dyadic'] as const
export type Variant = (typeof VARIANTS)[number]

interface RdOptions {
  readonly set: string
  readonly qualities: readonly number[]
  /** Gradient steps of the encoder. @default 0 */
  readonly refine?: number
  readonly variants?: readonly Variant[]
  readonly codec: Pick<FileCodec, 'encodeUnverified' | 'decode'>
  readonly progress?: (quality: number) => void
}

/**
 * Measures one picture, with one encode per quality. The WebAssembly runtime decodes each level from the prefix that ends
 * with it, and the 8-bit result is compared with the original resized by Lanczos3. The variants follow as rows of separate
 * codecs.
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

/** Measurements of one level of a file. */
type MeasuredLevel = Pick<RdRow, 'width' | 'height' | 'bytes' | 'psnr' | 'ssimulacra2'>

/** Makes the measuring function, which keeps the resized originals for all qualities. */
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
