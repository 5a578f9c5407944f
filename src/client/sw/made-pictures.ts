import { LruCache } from '../../core/lru.ts'

interface Made {
  readonly picture: Promise<Blob>
  readonly bytes: number
}

/** Pictures that were decoded last, within a budget of bytes: a page asks again for what the page before has shown. */
export class MadePictures {
  readonly #pictures: LruCache<string, Made>

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#pictures = new LruCache(budget, ({ bytes }) => bytes)
  }

  get(key: string): Promise<Blob> | undefined {
    return this.#pictures.get(key)?.picture
  }

  /** Keeps a picture that is being made; one that cannot be made is not kept. */
  put(key: string, picture: Promise<Blob>, bytes: number): void {
    this.#pictures.set(key, { picture, bytes })
    picture.catch(() => this.#pictures.delete(key))
  }
}
