import type { LayerGeometry } from './geometry.ts'

/** Decoded latents of one strip, planar [channel][row][column]. */
export interface StripLatents {
  readonly rows: number
  /** 16 x latent in coded units (symbol + mean), exact. */
  readonly values: Int32Array
  /** What the layer above may see: min(|values|, 255) of each channel, then the scale index of each channel. */
  readonly context: Uint8Array
}

/** Latents of one layer by strip, wherever they come from: the decoder reads them, the encoder finds them. */
export interface LatentSource {
  readonly geometry: LayerGeometry
  /** Kept until every reader has released it. */
  strip(index: number): Promise<StripLatents>
  /** A reader that will not ask below strip `index` again. */
  release(reader: LatentReader, index: number): void
}

/** `pixels`: synthesis of the same layer. `context`: the entropy parameters of the layer above. */
export type LatentReader = 'pixels' | 'context'

/** Remembers strips between their first and their last reader. */
export class StripCache implements LatentSource {
  readonly geometry: LayerGeometry
  readonly #produce: (index: number) => Promise<StripLatents>
  readonly #strips = new Map<number, Promise<StripLatents>>()
  readonly #marks: Map<LatentReader, number>

  constructor(
    geometry: LayerGeometry,
    readers: readonly LatentReader[],
    produce: (index: number) => Promise<StripLatents>,
  ) {
    this.geometry = geometry
    this.#produce = produce
    this.#marks = new Map(readers.map((reader) => [reader, 0]))
  }

  strip(index: number): Promise<StripLatents> {
    let strip = this.#strips.get(index)
    if (!strip) {
      strip = this.#produce(index)
      this.#strips.set(index, strip)
    }
    return strip
  }

  release(reader: LatentReader, index: number): void {
    this.#marks.set(reader, index)
    const lowest = Math.min(...this.#marks.values())
    for (const known of this.#strips.keys()) if (known < lowest) this.#strips.delete(known)
  }
}
