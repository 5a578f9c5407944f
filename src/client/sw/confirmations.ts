import { confirm } from '../decode/fetch-prefix.ts'
import { mayBeFresh } from './freshness.ts'
import type { HeldIndex } from './held-index.ts'

/** Pause before another request for an image whose last request failed or was inconclusive. */
const PAUSE_MS = 60_000
const TIMEOUT_MS = 30_000

/**
 * Asks the edge by HEAD requests whether stored bytes are still those of its file, with at most one request per image
 * at a time.
 */
export class Confirmations {
  readonly #index: HeldIndex
  /** Time of the latest request for an image, by key. */
  readonly #asked = new Map<string, number>()

  constructor(index: HeldIndex) {
    this.#index = index
  }

  /** Never rejects. */
  async start(image: string, key: string): Promise<void> {
    const now = Date.now()
    if (now - (this.#asked.get(key) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return
    this.#asked.set(key, now)
    try {
      const read = await this.#index.read(key)
      if (!read) return
      const { facts, bytes } = read
      // The edge demands a revalidation for each use: then loading the plain picture is faster.
      if (facts.cacheControl !== '' && !mayBeFresh(facts.cacheControl)) return
      const { etag, cacheControl, confirmed, layers } = facts
      const width = layers.at(-1)!.width
      const known = { bytes, etag, cacheControl, confirmed }
      const result = await confirm(image, width, known, AbortSignal.timeout(TIMEOUT_MS))
      if (result === 'gone') await this.#index.discard(key)
      else if (result) await this.#index.renew(key, result)
      if (result) this.#asked.delete(key)
    } catch {
      // The browser is offline, or the edge failed.
    }
  }
}
