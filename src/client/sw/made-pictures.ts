import { LruCache } from '../../core/lru.ts'

interface Made {
  readonly picture: Promise<Blob>
  readonly bytes: number
}

/**
 * Cache of the latest decoded pictures, within a budget of bytes: a page often requests pictures of the previous page
 * again.
 */
export class MadePictures {
  readonly #pictures: LruCache<string, Made>

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#pictures = new LruCache(budget, ({ bytes }) => bytes)
  }

  get(key: string): Promise<Blob> | undefined {
    return this.#pictures.get(key)?.picture
  }

  /** Stores a picture that is being made, and removes it if that fails. */
  put(key: string, picture: Promise<Blob>, bytes: number): void {
    this.#pictures.set(key, { picture, bytes })
    picture.catch(() => this.#pictures.delete(key))
  }
}
