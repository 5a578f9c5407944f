import { parse } from 'node:path'
import { isTimes, type Rescaler } from '../../codec/rescaler.ts'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { createJpegEncoder } from '../../edge/transcoder/encoders/jpeg.ts'
import { type DecodeRows, transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { ladderFor } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { RIVALS, type RivalCodec, RivalFiles } from '../../node/rival-files.ts'
import type { JpegKernel } from '../../pixels/jpeg/types.ts'
import { createJudge, type Metric, type Scores } from '../../pixels/judge.ts'

/** Ways to deliver one width to a browser: the cut file, a plain JPEG of a layer, or a JPEG that hides the next layer. */
export const WAYS = ['native', 'jpeg', 'hyperthumbnail'] as const
export type Way = (typeof WAYS)[number]

/** One width of one picture, delivered in one way. */
export interface DeliveredRow extends Scores {
  readonly image: string
  readonly way: Way
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** Bytes of a file of that width, made from the original, with the same score; null when the codec does not reach it. */
  readonly rivals: Readonly<Record<RivalCodec, number | null>>
}

export interface DeliveredOptions {
  /** Metric by which files of other codecs match ours. */
  readonly metric: Metric
  /** Quality of all layers. @default 60 */
  readonly quality?: number
  /** Quality of the JPEGs. */
  readonly jpegQuality: number
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  /** Decodes a file as the edge does. */
  readonly decodeRows: DecodeRows
  readonly kernel?: JpegKernel | undefined
  readonly rescaler: Rescaler
  readonly progress?: (width: number) => void
}

/**
 * Measures the bytes of delivering a picture at each width of its default ladder: ours, and those of other codecs' files of
 * the same width and score. Scores compare the shown picture with the original resized by Lanczos3. Files of other codecs
 * are made from the original; our JPEGs are made from a layer, so they are lossy twice.
 */
export async function measureDelivered(path: string, options: DeliveredOptions): Promise<DeliveredRow[]> {
  const bytes = await readInput(path)
  const original = await readPicture(bytes.slice())
  const ladder = ladderFor(original.width, undefined, options.quality)
  const hash = (await sha256(bytes)).subarray(0, SOURCE_HASH_BYTES)
  const file = await options.codec.encodeUnverified(original, { ladder, sha256: hash, resize: resizeLanczos })
  const { layers } = readHeader(file)
  const rows: DeliveredRow[] = []
  for (const layer of layers) {
    const { width, height } = layer
    options.progress?.(width)
    const reference = await resizeLanczos(original, width, height)
    const judge = createJudge(reference)
    const { metric } = options
    const rivals = RIVALS.map((codec) => [codec, new RivalFiles(reference, codec, metric, judge)] as const)
    for await (const { way, length, shown } of waysOf(file, layer, layers, options)) {
      const scores = judge.scores(shown)
      const score = scores[metric] ?? judge.score(shown, metric)
      const found: [RivalCodec, number | null][] = []
      for (const [codec, files] of rivals) found.push([codec, (await files.bytesAt(score)) ?? null])
      rows.push({
        ...{ image: parse(path).name, way, width, height, bytes: length },
        ...scores,
        rivals: Object.fromEntries(found) as DeliveredRow['rivals'],
      })
    }
  }
  return rows
}

interface Delivered {
  readonly way: Way
  readonly length: number
  /** The picture that a browser shows. */
  readonly shown: RgbImage
}

async function* waysOf(
  file: Uint8Array,
  { index, width, height, end }: LayerInfo,
  layers: readonly LayerInfo[],
  { decodeRows, kernel, rescaler, jpegQuality }: DeliveredOptions,
): AsyncGenerator<Delivered> {
  const jpegOf = async (layer: LayerInfo, ht: 1 | 2): Promise<Delivered> => {
    const request = { layer: layer.index, width, height, quality: jpegQuality, format: 'jpeg', ht } as const
    const encoders = { jpeg: createJpegEncoder(kernel) }
    const parts = { decodeRows, encoders, rescaler: async () => rescaler }
    const jpeg = await transcodeLayer(file.slice(0, layer.end), request, parts)
    const way = ht === 1 ? 'jpeg' : 'hyperthumbnail'
    return { way, length: jpeg.length, shown: await readPicture(jpeg) }
  }
  const prefix = file.slice(0, end)
  yield {
    way: 'native',
    length: end,
    shown: await collect(decodeRows(prefix, { layer: index }), width, height),
  }
  const layer = layers[index]!
  yield await jpegOf(layer, 1)
  const larger = layers.find((high) => isTimes(high, layer, 2))
  if (larger) yield await jpegOf(larger, 2)
}

async function collect(rows: AsyncIterable<RgbImage>, width: number, height: number): Promise<RgbImage> {
  const data = new Uint8Array(3 * width * height)
  let at = 0
  for await (const strip of rows) {
    data.set(strip.data, at)
    at += strip.data.length
  }
  return { width, height, data }
}
