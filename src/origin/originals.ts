import { createHash } from 'node:crypto'
import { StrataError } from '../core/errors.ts'
import { LruCache } from '../core/lru.ts'

/**
 * The originals that were sent last, by their SHA-256 in hexadecimal. A page asks for several sizes of one picture, and the
 * edge sends the original for the first of them only.
 */
export class Originals {
  readonly #limit: number
  readonly #kept: LruCache<string, Uint8Array>
  /** Those whose body is being received. */
  readonly #coming = new Map<string, Promise<Uint8Array | undefined>>()

  /** @param limit bytes of all originals; 0: none is kept */
  constructor(limit: number) {
    this.#limit = limit
    this.#kept = new LruCache(limit, ({ length }) => length)
  }

  /**
   * An original that is kept; one that somebody is sending is waited for.
   * @throws StrataError INPUT_EMPTY where it has to be sent
   */
  async require(sha256: string): Promise<Uint8Array> {
    const original = this.#kept.get(sha256) ?? (await this.#coming.get(sha256))
    if (original === undefined)
      throw new StrataError('INPUT_EMPTY', 'body: expected a picture, because that of this hash is not kept')
    return original
  }

  /**
   * Reads an original, and keeps it under this hash if it is its own.
   * @throws whatever `read` throws
   */
  async receive(sha256: string | undefined, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (sha256 === undefined || this.#limit === 0 || this.#coming.has(sha256)) return await read()
    const whole = read()
    const verified = whole.then(
      (original) => (this.#keep(sha256, original) ? original : undefined),
      () => undefined,
    )
    this.#coming.set(sha256, verified)
    await verified
    this.#coming.delete(sha256)
    return await whole
  }

  #keep(sha256: string, original: Uint8Array): boolean {
    if (createHash('sha256').update(original).digest('hex') !== sha256) return false
    this.#kept.set(sha256, original)
    return true
  }
}
