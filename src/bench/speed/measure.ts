/**
 * `strata bench speed`: CPU time of a transcode to JPEG, against one from AVIF or WebP.
 * @module
 */

import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import type { RgbImage } from '../../core/image.ts'
import { type DecodeRows, transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { ladderFor } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { resizeLanczos } from '../../node/ingest.ts'
import { AVIF_QUALITY, encodeRival } from '../../node/rival-files.ts'
import { createWasmRuntime } from '../../runtime/node.ts'
import type { Runtime } from '../../runtime/types.ts'
import { CpuClock, type CpuPart, median, round } from '../cpu-clock.ts'
import { observedTranscode } from '../observe.ts'
import { loadRivals, type Rivals } from '../rivals.ts'
import { takeTurns } from '../turns.ts'

/** Quality of the JPEGs that are made. */
const JPEG_QUALITY = 75
const WEBP_QUALITY = 75

/** CPU time of one width. */
export interface SpeedRow {
  readonly width: number
  readonly height: number
  /** Medians, in milliseconds. */
  readonly cpuMs: Contest<number>
  /** Shares of our time, 0 to 1. */
  readonly shares: Readonly<Record<CpuPart, number>>
  /** Our time divided by that of the AVIF, and of the WebP. */
  readonly ratio: number
  readonly ratioWebp: number
  /** Bytes read. */
  readonly bytes: Contest<number>
  readonly samples: number
}

/** A value for each: ours reads a prefix of the file; jSquash decodes a separate AVIF or WebP file of that size. */
type Contest<T> = Readonly<Record<'strata' | 'avif' | 'webp', T>>

interface SpeedOptions {
  /** Widths on the picture's default ladder. */
  readonly widths: readonly number[]
  readonly samples: number
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  readonly progress?: (text: string) => void
}

/**
 * Times the edge's transcode, as src/transcoder.ts composes it, against transcodes from stored AVIF and WebP. The three run
 * in turns in one process, so that other load on the machine affects all of them.
 * @throws StrataError FILE_FAILED when jSquash is not installed, MODEL_INVALID when the kernels are not built
 */
export async function measureSpeed(image: RgbImage, options: SpeedOptions): Promise<SpeedRow[]> {
  const { widths, samples, codec, progress } = options
  const rivals = await loadRivals()
  const runtime = await createWasmRuntime()
  progress?.('encoding')
  const file = await codec.encodeUnverified(image, {
    ladder: ladderFor(image.width),
    sha256: (await sha256(image.data)).subarray(0, SOURCE_HASH_BYTES),
    resize: resizeLanczos,
  })
  const rows: SpeedRow[] = []
  for (const width of widths) {
    const layer = readHeader(file).layers.find((known) => known.width === width)
    if (!layer) throw new StrataError('INTERNAL', `width ${width} is not on the ladder`)
    const clock = new CpuClock()
    const ours = prepareOurs(file.slice(0, layer.end), layer, runtime, clock)
    const theirs = await prepareTheirs(await resizeLanczos(image, width, layer.height), rivals)
    const times = await takeTurns({ strata: ours, avif: theirs.avif.run, webp: theirs.webp.run }, samples, {
      warmedUp: () => clock.reset(),
      progress: (done) => progress?.(`${width}: ${done}`),
    })
    const cpuMs = { strata: median(times.strata), avif: median(times.avif), webp: median(times.webp) }
    rows.push({
      width,
      height: layer.height,
      cpuMs: { strata: round(cpuMs.strata, 1), avif: round(cpuMs.avif, 1), webp: round(cpuMs.webp, 1) },
      shares: clock.shares(times.strata.reduce((sum, time) => sum + time, 0)),
      ratio: round(cpuMs.strata / cpuMs.avif, 3),
      ratioWebp: round(cpuMs.strata / cpuMs.webp, 3),
      bytes: { strata: layer.end, avif: theirs.avif.bytes, webp: theirs.webp.bytes },
      samples,
    })
  }
  return rows
}

function prepareOurs(
  prefix: Uint8Array,
  { index: layer, width, height }: LayerInfo,
  runtime: Runtime,
  clock: CpuClock,
): () => Promise<unknown> {
  const { decodeRows, ...parts } = observedTranscode(runtime, clock.observe)
  const request = { layer, width, height, quality: JPEG_QUALITY, format: 'jpeg', ht: 1 } as const
  const timed: DecodeRows = (bytes, options) => clock.strips(decodeRows(bytes, options))
  return () => transcodeLayer(prefix, request, { ...parts, decodeRows: timed })
}

async function prepareTheirs(picture: RgbImage, rivals: Rivals) {
  const entry = async (codec: 'avif' | 'webp', quality: number, decode: Rivals['decodeAvif']) => {
    const { buffer, length } = await encodeRival(picture, codec, quality)
    return {
      bytes: length,
      run: async () => await rivals.encodeJpeg(await decode(buffer), { quality: JPEG_QUALITY }),
    }
  }
  return {
    avif: await entry('avif', AVIF_QUALITY, rivals.decodeAvif),
    webp: await entry('webp', WEBP_QUALITY, rivals.decodeWebp),
  }
}
