/** Memoises loads by key, `void` for a single one; what failed is forgotten, so that the next call tries again. */
export function memoiseLoads<K, T>(load: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const loads = new Map<K, Promise<T>>()
  return (key) => {
    const known = loads.get(key)
    if (known) return known
    const made = load(key)
    loads.set(key, made)
    made.catch(() => loads.delete(key))
    return made
  }
}
