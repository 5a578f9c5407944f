import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { ladderFor } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { RivalFiles } from '../../node/rival-files.ts'
import { createJudge, type Metric } from '../../pixels/judge.ts'
import { listPictures } from '../folder.ts'
import { photo } from '../pictures/formula.ts'

/** One picture as both sides store it. */
export interface StoredPicture {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly strata: Uint8Array
  /** Placeholder as a data URI. */
  readonly placeholder: string | undefined
  /** AVIF file for each width of the ladder. */
  readonly avif: ReadonlyMap<number, Uint8Array>
}

const DRAWN = { width: 640, height: 427 } as const

/** Yields `count` pictures of a folder, or drawn ones. When the folder has fewer, they repeat. */
export async function* originals(folder: string | undefined, count: number): AsyncGenerator<RgbImage> {
  const paths = folder === undefined ? [] : await listPictures(folder)
  for (let i = 0; i < count; i++) {
    const path = paths[i % paths.length]
    yield path === undefined
      ? photo(DRAWN.width, DRAWN.height, i + 1)
      : await readPicture(await readInput(path))
  }
}

/**
 * Encodes a picture with its default ladder, and each width as the smallest AVIF (4:2:0) whose score by the metric, against
 * the original resized by Lanczos3, is at least that of the layer; when there is none, as the best AVIF.
 */
export async function store(
  id: string,
  original: RgbImage,
  codec: Pick<FileCodec, 'encodeUnverified' | 'decode' | 'preview'>,
  metric: Metric,
): Promise<StoredPicture> {
  const strata = await codec.encodeUnverified(original, {
    ladder: ladderFor(original.width),
    sha256: (await sha256(original.data)).subarray(0, SOURCE_HASH_BYTES),
    resize: resizeLanczos,
  })
  const avif = new Map<number, Uint8Array>()
  for (const { index, width, height, end } of readHeader(strata).layers) {
    const reference = await resizeLanczos(original, width, height)
    const decoded = await codec.decode(strata.slice(0, end), { layer: index, runtime: 'wasm' })
    const judge = createJudge(reference)
    const files = new RivalFiles(reference, 'avif', metric, judge)
    avif.set(width, await files.fileAt(judge.score(decoded, metric)))
  }
  const { width, height } = original
  return { id, width, height, strata, placeholder: await codec.preview(strata), avif }
}
