/**
 * `strata bench restore`: CPU time of restoring thumbnails, against decoding AVIF.
 * @module
 */

import type { Rescaler } from '../../codec/rescaler.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { resizeLanczos } from '../../node/ingest/ingest.ts'
import { loadRescaler, METHODS, type Method } from '../../node/rescalers.ts'
import { AVIF_QUALITY, encodeRival } from '../../node/rival-files.ts'
import { median, round } from '../cpu-clock.ts'
import { loadRivals } from '../rivals.ts'
import { takeTurns } from '../turns.ts'

const FACTORS = [2, 4] as const
/** Quality of HyperThumbnails: the edge's default. */
const JPEG_QUALITY = 75

/** CPU time of restoring one kind of thumbnail. */
interface RestoreRow {
  readonly method: Method
  readonly factor: number
  /** Width of the restored picture. */
  readonly width: number
  readonly height: number
  /** Medians, in milliseconds. */
  readonly cpuMs: { readonly strata: number; readonly avif: number }
  /** Our time over AVIF's. */
  readonly ratio: number
  /** Bytes read. */
  readonly bytes: { readonly strata: number; readonly avif: number }
  readonly samples: number
}

interface RestoreSpeedOptions {
  /** Of the restored picture. */
  readonly width: number
  readonly samples: number
  readonly progress?: (text: string) => void
}

/**
 * Times a page's work to show a picture from its thumbnail offline, against decoding an AVIF of that size by jSquash,
 * both in WebAssembly and in turn. Models that are not installed are left out.
 * @throws StrataError FILE_FAILED when jSquash is not installed, MODEL_INVALID when the kernels are not built
 */
export async function measureRestore(image: RgbImage, options: RestoreSpeedOptions): Promise<RestoreRow[]> {
  const { width, samples, progress } = options
  const { decodeAvif } = await loadRivals()
  const height = layerHeight(width, image.width, image.height)
  const high = await resizeLanczos(image, width, height)
  const avif = await encodeRival(high, 'avif', AVIF_QUALITY)
  const rows: RestoreRow[] = []
  for (const [method, factor] of METHODS.flatMap((name) => FACTORS.map((times) => [name, times] as const))) {
    const rescaler = await loadRescaler(method, factor)
    if (!rescaler) continue
    const file = await embed(high, rescaler)
    const runs = { strata: () => rescaler.restore(file), avif: () => decodeAvif(avif.buffer) }
    const times = await takeTurns(runs, samples, {
      progress: (done) => progress?.(`${method} ${factor}x: ${done}`),
    })
    const [strata, theirs] = [median(times.strata), median(times.avif)]
    rows.push({
      ...{ method, factor, width, height, samples },
      cpuMs: { strata: round(strata, 1), avif: round(theirs, 1) },
      ratio: round(strata / theirs, 3),
      bytes: { strata: file.length, avif: avif.length },
    })
  }
  return rows
}

async function embed(high: RgbImage, { embed, factor }: Rescaler): Promise<Uint8Array> {
  const side = (length: number) => Math.max(1, Math.round(length / factor))
  const low = { width: side(high.width), height: side(high.height) }
  return await embed([high], { high, low, quality: JPEG_QUALITY })
}

/** The measurements for people. */
export function formatRestore(rows: readonly RestoreRow[]): string {
  const head = ['CPU ms to a picture', 'strata', 'avif', 'of avif', 'kB', 'avif kB']
  const lines = rows.map(({ method, factor, width, height, cpuMs, ratio, bytes }) => [
    `${method} ${factor}x, ${width}x${height}`,
    ...[cpuMs.strata, cpuMs.avif].map((ms) => ms.toFixed(1)),
    ratio.toFixed(2),
    ...[bytes.strata, bytes.avif].map((size) => (size / 1000).toFixed(1)),
  ])
  return [head, ...lines]
    .map(([name = '', ...cells]) => [name.padEnd(30), ...cells.map((cell) => cell.padStart(9))].join(''))
    .join('\n')
}
