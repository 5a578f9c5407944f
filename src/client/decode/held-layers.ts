import type { ResumableLayer } from '../../codec/compass/index.ts'

/**
 * Decoded layers of the images shown last, within a budget of memory. A picture that grows is decoded from its held
 * layer.
 */
export class HeldLayers {
  readonly #budget: number
  /** By image, the oldest first, with the version of the file. */
  readonly #layers = new Map<string, { readonly version: string; readonly held: ResumableLayer }>()
  #bytes = 0

  /** @param budget in bytes; 0 holds nothing */
  constructor(budget: number) {
    this.#budget = budget
  }

  /**
   * Removes the held layer of an image, and returns it if it is below `layer` and of this version; otherwise closes it.
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

  /** Number of the layer that `take` would return; -1 for none. */
  highest(image: string, version: string, layer: number): number {
    const entry = this.#layers.get(image)
    return entry?.version === version && entry.held.layer < layer ? entry.held.layer : -1
  }

  /** Holds a layer, and closes the oldest layers until the budget is met. */
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
