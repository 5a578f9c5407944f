import { release } from '../../../core/release.ts'
import type { LayerGeometry } from '../shared/geometry.ts'
import type { StripLatents } from './passes.ts'

/** Latents of one layer, strip by strip: the decoder decodes them, the encoder computes them. */
export interface LatentSource {
  readonly geometry: LayerGeometry
  /** Returns a strip, which is kept until every reader has released it. */
  strip(index: number): Promise<StripLatents>
  /** Tells that a reader will not ask for strips before `index` again. */
  release(reader: LatentReader, index: number): void
  /** Frees the memory of all strips. */
  close(): void
}

/** `pixels`: the synthesis of the same layer. `context`: the entropy parameters of the layer above. */
export type LatentReader = 'pixels' | 'context'

/** Computes strips on demand and keeps them until their last reader releases them. */
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
    this.#drop(Math.min(...this.#marks.values()))
  }

  close(): void {
    this.#drop(Number.POSITIVE_INFINITY)
  }

  #drop(below: number): void {
    for (const [known, strip] of this.#strips) {
      if (known >= below) continue
      this.#strips.delete(known)
      strip.then(
        ({ values, scaleIndexes }) => release(values, scaleIndexes),
        () => undefined,
      )
    }
  }
}

/** The strips that hold a range of latent rows. */
export interface LatentStrips {
  /** Index of the last strip. */
  readonly last: number
  /** The strip that holds latent row `row` of the layer, as its row `row % stripLatents`. */
  at(row: number): StripLatents
}

/** Gets the strips that hold latent rows [from, to), at least one row. */
export async function latentStrips(source: LatentSource, from: number, to: number): Promise<LatentStrips> {
  const { stripLatents } = source.geometry
  const [first, last] = [Math.floor(from / stripLatents), Math.floor((to - 1) / stripLatents)]
  const strips: StripLatents[] = []
  for (let index = first; index <= last; index++) strips.push(await source.strip(index))
  return { last, at: (row) => strips[Math.floor(row / stripLatents) - first] as StripLatents }
}
