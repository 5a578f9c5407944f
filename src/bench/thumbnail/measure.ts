import { parse } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { Rescaler } from '../../codec/rescaler.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import type { Invertible } from '../../node/rescalers.ts'
import { createJudge, type Judge, type Scores } from '../../pixels/judge.ts'
import { resample } from '../../pixels/resample.ts'
import type { ResampleFilter } from '../../pixels/resample-weights.ts'

/** Ways to send a picture: as a thumbnail that hides it, as a plain thumbnail to upscale, or as the picture itself. */
export const OURS = 'hyperthumbnail'
export const CODECS = [OURS, 'irn', 'bicubic', 'lanczos', 'webp', 'avif'] as const
export type ThumbnailCodec = (typeof CODECS)[number]

/** One file, and the scores of the picture made from it. */
export interface ThumbnailRow extends Scores {
  readonly image: string
  readonly codec: ThumbnailCodec
  readonly quality: number
  /** Subsampling of a JPEG. Both kinds are measured, and the better one counts. */
  readonly subsampling?: '4:2:0' | '4:4:4'
  readonly bytes: number
  /** Scores of the thumbnail itself against the 8-bit bicubic one. */
  readonly low?: Scores
}

interface ThumbnailOptions {
  readonly rescaler: Rescaler
  /** @default irn is not measured */
  readonly irn?: Invertible | undefined
  readonly qualities: readonly number[]
  /** EmbedOptions.strength @default that of embedding */
  readonly strength?: number | undefined
  /** Pictures wider than this are resized to it first. */
  readonly width?: number | undefined
  readonly progress?: (codec: string) => void
}

const PLAIN_QUALITIES = [20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 93, 95, 97, 98]
const WEBP_QUALITIES = [10, 30, 50, 65, 75, 85, 92]
const AVIF_QUALITIES = [20, 30, 40, 50, 60, 70, 80]

/**
 * Measures one picture, cropped to multiples of the factor: scores of the whole picture against bytes. Plain JPEGs are
 * MozJPEG's, ours have optimized Huffman tables; WebP and AVIF have the defaults of sharp.
 */
export async function measureThumbnails(path: string, options: ThumbnailOptions): Promise<ThumbnailRow[]> {
  const { rescaler, qualities, strength, progress = () => {} } = options
  const { name } = parse(path)
  const picture = crop(await atMost(await readPicture(await readInput(path)), options.width), rescaler.factor)
  const low = { width: picture.width / rescaler.factor, height: picture.height / rescaler.factor }
  const reference = resample(picture, low.width, low.height, 'bicubic')
  const rows: ThumbnailRow[] = []
  const judges = { high: createJudge(picture), low: createJudge(reference) }
  const add = (row: Omit<ThumbnailRow, 'image'>) => rows.push({ image: name, ...row })

  progress(OURS)
  for (const quality of qualities) {
    const file = await rescaler.embed([picture], { high: picture, low, quality, strength })
    const [shown, restored] = [await readPicture(file), await rescaler.restore(file)]
    const scores = { ...judges.high.scores(restored.image), low: judges.low.scores(shown) }
    add({ codec: OURS, quality, bytes: file.length, ...scores })
  }
  if (options.irn) {
    progress('irn')
    for (const row of await invertibleThumbnails(picture, reference, options.irn, judges))
      add({ codec: 'irn', ...row })
  }
  for (const [codec, filter] of [
    ['bicubic', 'bicubic'],
    ['lanczos', 'lanczos3'],
  ] as const) {
    progress(codec)
    for (const row of await plainThumbnails(picture, reference, filter, judges)) add({ codec, ...row })
  }
  for (const [codec, list] of [
    ['webp', WEBP_QUALITIES],
    ['avif', AVIF_QUALITIES],
  ] as const) {
    progress(codec)
    for (const quality of list) {
      const file = await bytesOf(raw(picture)[codec]({ quality }))
      add({ codec, quality, bytes: file.length, ...judges.high.scores(await readPicture(file)) })
    }
  }
  return rows
}

/** Judges of the whole picture and of the thumbnail. */
interface Judges {
  readonly high: Judge
  readonly low: Judge
}

/** The IRN thumbnail as JPEGs (4:4:4) and finally, as quality 100, as the PNG for which it is made. */
async function invertibleThumbnails(
  picture: RgbImage,
  reference: RgbImage,
  { rescaler, upscale }: Invertible,
  judges: Judges,
) {
  const png = await rescaler.embed([picture], { high: picture, low: reference, quality: 100 })
  const low = await readPicture(png)
  const files = await Promise.all(
    PLAIN_QUALITIES.map(async (quality) => {
      const options = { quality, chromaSubsampling: '4:4:4', optimiseCoding: true, mozjpeg: false }
      return { quality, file: await bytesOf(raw(low).jpeg(options)) }
    }),
  )
  const rows: Omit<ThumbnailRow, 'image' | 'codec'>[] = []
  for (const { quality, file } of [...files, { quality: 100, file: png }]) {
    const shown = await readPicture(file)
    const scores = { ...judges.high.scores(upscale(shown, picture)), low: judges.low.scores(shown) }
    rows.push({ quality, bytes: file.length, ...scores })
  }
  return rows
}

async function plainThumbnails(
  picture: RgbImage,
  reference: RgbImage,
  filter: ResampleFilter,
  judges: Judges,
) {
  const { width, height } = picture
  const low = resample(picture, reference.width, reference.height, filter)
  const rows: Omit<ThumbnailRow, 'image' | 'codec'>[] = []
  for (const subsampling of ['4:2:0', '4:4:4'] as const) {
    for (const quality of PLAIN_QUALITIES) {
      const options = { quality, chromaSubsampling: subsampling, mozjpeg: true }
      const file = await bytesOf(raw(low).jpeg(options))
      const shown = await readPicture(file)
      const restored = judges.high.scores(resample(shown, width, height, filter))
      rows.push({ quality, subsampling, bytes: file.length, ...restored, low: judges.low.scores(shown) })
    }
  }
  return rows
}

async function atMost(picture: RgbImage, width: number | undefined): Promise<RgbImage> {
  if (width === undefined || picture.width <= width) return picture
  return await resizeLanczos(picture, width, layerHeight(width, picture.width, picture.height))
}

function crop({ width, height, data }: RgbImage, factor: number): RgbImage {
  const [columns, rows] = [width, height].map((side) => Math.max(factor, side - (side % factor))) as [
    number,
    number,
  ]
  if (columns > width || rows > height) return resample({ width, height, data }, columns, rows)
  const out = new Uint8Array(3 * columns * rows)
  for (let y = 0; y < rows; y++) {
    out.set(data.subarray(3 * width * y, 3 * width * y + 3 * columns), 3 * columns * y)
  }
  return { width: columns, height: rows, data: out }
}

function raw({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

async function bytesOf(pipeline: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await pipeline.toBuffer())
}
