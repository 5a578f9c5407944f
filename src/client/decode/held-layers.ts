import type { HeldLayer } from '../../codec/compass/index.ts'

/** Decoded layers of the images that were shown last, within a budget: growing pictures are decoded on from there. */
export class HeldLayers {
  readonly #budget: number
  /** Of one version of an image each, the oldest first. */
  readonly #layers = new Map<string, { readonly version: string; readonly held: HeldLayer }>()
  #bytes = 0

  /** @param budget bytes; 0 holds nothing */
  constructor(budget: number) {
    this.#budget = budget
  }

  /** Hands over what is held below `layer` of this version of an image; whatever else is held of the image goes. */
  take(image: string, version: string, layer: number): HeldLayer | undefined {
    const found = this.#layers.get(image)
    if (!found) return undefined
    this.#layers.delete(image)
    this.#bytes -= found.held.bytes
    if (found.version === version && found.held.layer < layer) return found.held
    found.held.close()
    return undefined
  }

  /** Takes a layer over, and closes it where there is no room. */
  put(image: string, version: string, held: HeldLayer): void {
    this.drop(image)
    this.#layers.set(image, { version, held })
    this.#bytes += held.bytes
    for (const oldest of this.#layers.keys()) {
      if (this.#bytes <= this.#budget) break
      this.drop(oldest)
    }
  }

  drop(image: string): void {
    this.take(image, '', -1)?.close()
  }
}
