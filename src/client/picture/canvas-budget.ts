/** Bytes of all canvases of a page: 128 MiB are 30 pictures of 1280 x 853. */
const MAX_BYTES = 128 * 1024 * 1024

/** A picture that has a canvas. */
interface Owner {
  readonly isNear: boolean
  /** Frees the canvas. It is painted again when the picture comes near. */
  drop(): void
}

/** Bounds the memory of a page's canvases: the oldest canvases of pictures outside the viewport are freed first. */
export class CanvasBudget {
  readonly #bytes = new Map<Owner, number>()

  /** @returns whether a canvas of this size fits into the budget; if not, nothing is reserved */
  take(owner: Owner, width: number, height: number): boolean {
    this.free(owner)
    const wanted = 4 * width * height
    let sum = [...this.#bytes.values()].reduce((total, bytes) => total + bytes, wanted)
    for (const [other, bytes] of this.#bytes) {
      if (sum <= MAX_BYTES) break
      if (other.isNear) continue
      this.#bytes.delete(other)
      other.drop()
      sum -= bytes
    }
    if (sum > MAX_BYTES) return false
    this.#bytes.set(owner, wanted)
    return true
  }

  free(owner: Owner): void {
    this.#bytes.delete(owner)
  }
}
