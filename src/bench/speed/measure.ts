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
import { resizeLanczos } from '../../node/ingest/ingest.ts'
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
  /** Medians, in milliseconds. `onnxruntime`: ours, with onnxruntime-web in place of our kernels for the networks. */
  readonly cpuMs: Contest<number> & { readonly onnxruntime: number }
  /** Of our time, 0 to 1. */
  readonly shares: Readonly<Record<CpuPart, number>>
  /** Our time divided by that of the AVIF, and of the WebP. */
  readonly ratio: number
  readonly ratioWebp: number
  /** Our time over that with onnxruntime-web. */
  readonly ratioOnnxruntime: number
  /** Bytes read. */
  readonly bytes: Contest<number>
  readonly samples: number
}

/**
 * A value per contestant: ours reads a prefix of the file; jSquash decodes a separate AVIF or WebP file of that size.
 */
type Contest<T> = Readonly<Record<'strata' | 'avif' | 'webp', T>>

interface SpeedOptions {
  /** Widths on the picture's default ladder. */
  readonly widths: readonly number[]
  readonly samples: number
  readonly codec: Pick<FileCodec, 'encodeUnverified'>
  readonly progress?: (text: string) => void
}

/**
 * Times the transcode that the edge does, in the composition of src/transcoder-parts.ts and with either engine, against
 * its work with stored AVIF or WebP. All take turns in one process, so that other load on the machine affects all of
 * them.
 * @throws StrataError FILE_FAILED when jSquash or onnxruntime-web is not installed, MODEL_INVALID when the kernels are not
 * built
 */
export async function measureSpeed(image: RgbImage, options: SpeedOptions): Promise<SpeedRow[]> {
  const { widths, samples, codec, progress } = options
  const rivals = await loadRivals()
  const runtime = await createWasmRuntime()
  const onnxruntime = await loadOnnxruntime()
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
    const prefix = file.slice(0, layer.end)
    const ours = prepareOurs(prefix, layer, runtime, clock)
    const second = prepareOurs(prefix, layer, onnxruntime, new CpuClock())
    const theirs = await prepareTheirs(await resizeLanczos(image, width, layer.height), rivals)
    const runs = { strata: ours, onnxruntime: second, avif: theirs.avif.run, webp: theirs.webp.run }
    const times = await takeTurns(runs, samples, {
      warmedUp: () => clock.reset(),
      progress: (done) => progress?.(`${width}: ${done}`),
    })
    const over = (rival: keyof typeof times) => round(median(times.strata) / median(times[rival]), 3)
    const ms = (name: keyof typeof times) => round(median(times[name]), 1)
    rows.push({
      width,
      height: layer.height,
      cpuMs: { strata: ms('strata'), onnxruntime: ms('onnxruntime'), avif: ms('avif'), webp: ms('webp') },
      shares: clock.shares(times.strata.reduce((sum, time) => sum + time, 0)),
      ratio: over('avif'),
      ratioWebp: over('webp'),
      ratioOnnxruntime: over('onnxruntime'),
      bytes: { strata: layer.end, avif: theirs.avif.bytes, webp: theirs.webp.bytes },
      samples,
    })
  }
  return rows
}

/** The second engine as the transcoder Worker runs it: onnxruntime-web, one thread. */
async function loadOnnxruntime(): Promise<Runtime> {
  const runtime = await createWasmRuntime({ engine: 'onnxruntime' })
  try {
    await runtime.network('features')
    return runtime
  } catch (cause) {
    const message =
      'cannot load onnxruntime-web, the second engine: npm install --no-save onnxruntime-web@1.30.0'
    throw new StrataError('FILE_FAILED', message, { cause })
  }
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
