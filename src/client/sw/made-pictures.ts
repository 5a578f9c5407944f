/** Pictures that were decoded last, within a budget of bytes: a page asks again for what the page before has shown. */
export class MadePictures {
  readonly #budget: number
  /** The oldest first. */
  readonly #pictures = new Map<string, Promise<Blob>>()
  readonly #bytes = new Map<string, number>()

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#budget = budget
  }

  get(key: string): Promise<Blob> | undefined {
    const picture = this.#pictures.get(key)
    if (!picture) return undefined
    this.#pictures.delete(key)
    this.#pictures.set(key, picture)
    return picture
  }

  /** Keeps a picture that is being made; one that cannot be made is not kept. */
  put(key: string, picture: Promise<Blob>, bytes: number): void {
    this.#pictures.set(key, picture)
    this.#bytes.set(key, bytes)
    picture.catch(() => this.#delete(key))
    let total = [...this.#bytes.values()].reduce((sum, each) => sum + each, 0)
    for (const oldest of this.#pictures.keys()) {
      if (total <= this.#budget) break
      total -= this.#bytes.get(oldest) ?? 0
      this.#delete(oldest)
    }
  }

  #delete(key: string): void {
    this.#pictures.delete(key)
    this.#bytes.delete(key)
  }
}
