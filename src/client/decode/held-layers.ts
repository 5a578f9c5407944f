import type { ResumableLayer } from '../../codec/compass/index.ts'

/** Decoded layers of the images shown last, within a budget of memory: a picture that grows is decoded from there. */
export class HeldLayers {
  readonly #budget: number
  /** By image, the oldest first; each of one version of the file. */
  readonly #layers = new Map<string, { readonly version: string; readonly held: ResumableLayer }>()
  #bytes = 0

  /** @param budget in bytes; 0 holds nothing */
  constructor(budget: number) {
    this.#budget = budget
  }

  /**
   * Removes what is held of an image, and returns it where it is a layer below `layer` of this version; otherwise it is
   * closed.
   */
  take(image: string, version: string, layer: number): ResumableLayer | undefined {
    const entry = this.#layers.get(image)
    if (!entry) return undefined
    this.#layers.delete(image)
    this.#bytes -= entry.held.bytes
    if (entry.version === version && entry.held.layer < layer) return entry.held
    entry.held.close()
    return undefined
  }

  /** The layer of this version that `take` would return; -1: none. */
  highest(image: string, version: string, layer: number): number {
    const entry = this.#layers.get(image)
    return entry?.version === version && entry.held.layer < layer ? entry.held.layer : -1
  }

  /** Takes over a layer, then closes the oldest layers until the budget is met. */
  put(image: string, version: string, held: ResumableLayer): void {
    this.delete(image)
    this.#layers.set(image, { version, held })
    this.#bytes += held.bytes
    for (const oldest of this.#layers.keys()) {
      if (this.#bytes <= this.#budget) break
      this.delete(oldest)
    }
  }

  delete(image: string): void {
    this.take(image, '', -1)?.close()
  }
}
