import { LruCache } from '../../core/lru.ts'

/** Pictures of one file. */
export interface Census {
  readonly kept: number
  readonly promoted?: number
}

interface Entry {
  readonly readAt: number
  readonly census: Census
}

/** Milliseconds for which a census is told again: pages that show it ask every few seconds, and each costs a list of the bucket. */
const TOLD_MS = 5000
const TOLD_FILES = 256

/** The last censuses of an isolate. */
export class CensusCache {
  readonly #entries = new LruCache<string, Entry>(TOLD_FILES)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param file names the version of the image
   * @throws whatever `count` throws; nothing is remembered then
   */
  async read(file: string, count: () => Promise<Census>): Promise<Census> {
    const readAt = this.#now()
    const known = this.#entries.get(file)
    if (known !== undefined && readAt - known.readAt < TOLD_MS) return known.census
    const census = await count()
    // The first picture is kept a moment after it is shown, and whoever looks then should not see none for long.
    if (census.kept > 0) this.#entries.set(file, { readAt, census })
    return census
  }
}
