import { MAX_KEPT_PICTURES } from '../../core/limits/table.ts'
import { LruCache } from '../../core/lru.ts'

/** Pictures of a file that an isolate keeps before it counts those in the bucket, which costs a list. */
const COUNTED_EVERY = 50
/** Files that an isolate knows of. */
const KNOWN_FILES = 1024

interface Entry {
  /** Pictures since the last count. */
  readonly since: number
  readonly isFull: boolean
}

/**
 * Bounds the pictures of one file that the bucket keeps, whatever sizes are asked for. An isolate looks only now and then, so
 * there may be a few more: as many isolates, so many times COUNTED_EVERY.
 */
export class VariantQuota {
  readonly #entries = new LruCache<string, Entry>(KNOWN_FILES)

  /**
   * Whether one more picture of a file may be kept.
   * @param file names the version of the image
   * @param count of the pictures that are kept; where it throws, the picture may
   */
  async admit(file: string, count: () => Promise<number>): Promise<boolean> {
    const { since, isFull } = this.#entries.get(file) ?? { since: 0, isFull: false }
    if (since < COUNTED_EVERY) {
      this.#entries.set(file, { since: since + 1, isFull })
      return !isFull
    }
    // Others that come meanwhile do not count as well.
    this.#entries.set(file, { since: 0, isFull })
    const kept = await count().catch(() => 0)
    this.#entries.set(file, { since: 0, isFull: kept >= MAX_KEPT_PICTURES })
    return kept < MAX_KEPT_PICTURES
  }
}
