/** Pictures that were decoded last, within a budget of bytes: a page asks again for what the page before has shown. */
export class MadePictures {
  readonly #budget: number
  /** The oldest first. */
  readonly #pictures = new Map<string, { readonly picture: Promise<Blob>; readonly bytes: number }>()

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#budget = budget
  }

  get(key: string): Promise<Blob> | undefined {
    const kept = this.#pictures.get(key)
    if (!kept) return undefined
    this.#pictures.delete(key)
    this.#pictures.set(key, kept)
    return kept.picture
  }

  /** Keeps a picture that is being made; one that cannot be made is not kept. */
  put(key: string, picture: Promise<Blob>, bytes: number): void {
    this.#pictures.set(key, { picture, bytes })
    picture.catch(() => this.#pictures.delete(key))
    let total = [...this.#pictures.values()].reduce((sum, kept) => sum + kept.bytes, 0)
    for (const [oldest, kept] of this.#pictures) {
      if (total <= this.#budget) break
      total -= kept.bytes
      this.#pictures.delete(oldest)
    }
  }
}
