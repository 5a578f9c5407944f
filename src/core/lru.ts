/** A map of limited size that drops the least recently used entries. */
export class LruCache<K, V> {
  readonly #limit: number
  readonly #sizeOf: (value: V) => number
  readonly #entries = new Map<K, V>()
  #size = 0

  /**
   * @param limit sum of the sizes of all entries; an entry that alone is larger is not kept
   * @param sizeOf size of a value; it must return the same size for it each time. @default 1: the limit is a number of
   *   entries
   */
  constructor(limit: number, sizeOf: (value: V) => number = () => 1) {
    this.#limit = limit
    this.#sizeOf = sizeOf
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    // A Map iterates in insertion order: inserting the entry again makes it the newest.
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: K, value: V): void {
    this.delete(key)
    const size = this.#sizeOf(value)
    if (size > this.#limit) return
    this.#entries.set(key, value)
    this.#size += size
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#limit) return
      this.delete(oldest)
    }
  }

  delete(key: K): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#size -= this.#sizeOf(value)
  }
}
