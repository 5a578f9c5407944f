import type { DecoderTable } from '../../codec/compass/shared/tables.ts'
import { STRIP_ROWS, stripCount } from '../../format/layout.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { ForgedLayer } from '../forged/forge.ts'
import { hyperScaleIndexes, hyperStream, wildStream } from '../forged/streams.ts'
import { randomOf } from '../random.ts'
import { compassFile, QUALITY } from './case.ts'

/** Largest symbols of the streams of a layer. */
interface Content {
  /** Amplitude of the hyper-latents; 0 makes the streams as short as possible. */
  readonly hyper?: number
  /** Amplitude of the latents. */
  readonly latents?: number
}

/** Makes layers and files with valid checksums for one model set. */
export class Forge {
  readonly #runtime: Runtime
  readonly #table: DecoderTable
  readonly random = randomOf(1)

  constructor(runtime: Runtime, table: DecoderTable) {
    this.#runtime = runtime
    this.#table = table
  }

  file(layers: readonly ForgedLayer[], change: Parameters<typeof compassFile>[2] = {}): Uint8Array {
    return compassFile(this.#runtime.manifest.modelSet, layers, change)
  }

  /** A layer of valid streams. */
  async layer(width: number, height: number, content: Content = {}): Promise<ForgedLayer> {
    const strips = Array.from({ length: stripCount(height) }, (_, i) =>
      Math.min(STRIP_ROWS, height - i * STRIP_ROWS),
    )
    const streams = new Map<number, Uint8Array>()
    for (const rows of new Set(strips)) streams.set(rows, await this.#stream(width, rows, content))
    const bytesOf = (rows: number) => ({ bytes: streams.get(rows) ?? new Uint8Array(0) })
    return { width, height, quality: QUALITY, flags: 0, strips: strips.map(bytesOf) }
  }

  /** A layer whose streams are valid up to the networks, followed by noise. */
  promising(width: number, height: number, amplitude: number): ForgedLayer {
    const indexes = hyperScaleIndexes(this.#table, { width, height, quality: QUALITY }, 'base')
    return junk(width, height, hyperStream(this.random, indexes, amplitude))
  }

  /** Layers of one width that add nothing to the first one. */
  async stacked(count: number, width: number, height: number): Promise<ForgedLayer[]> {
    const base = await this.layer(width, height)
    const nothing = { ...junk(width, height, new Uint8Array(0)), flags: 1 }
    return Array.from({ length: count }, (_, i) => ({ ...(i === 0 ? base : nothing), quality: QUALITY + i }))
  }

  async #stream(width: number, height: number, content: Content): Promise<Uint8Array> {
    const info: LayerInfo = {
      ...{ index: 0, coding: 'compass', width, height, quality: QUALITY },
      ...{ flags: 0, checksum: 0, score: 0, start: 0, end: 0 },
    }
    const amplitudes = { hyper: 0, latents: 0, ...content }
    return await wildStream(this.random, this.#runtime, this.#table, info, amplitudes)
  }
}

/** A layer with the same bytes in every strip. */
export function junk(width: number, height: number, bytes: Uint8Array): ForgedLayer {
  const strips = Array.from({ length: stripCount(height) }, () => ({ bytes }))
  return { width, height, quality: QUALITY, flags: 0, strips }
}

/** The same layer with other bytes in its last strip. */
export function withLast({ strips, ...rest }: ForgedLayer, bytes: Uint8Array): ForgedLayer {
  return { ...rest, strips: [...strips.slice(0, -1), { bytes }] }
}
