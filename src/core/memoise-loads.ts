/** Memoises `load` by key; K is `void` for a single load. A rejected load is forgotten, so that the next call retries. */
export function memoiseLoads<K, T>(load: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const loads = new Map<K, Promise<T>>()
  return (key) => {
    const earlier = loads.get(key)
    if (earlier) return earlier
    const promise = load(key)
    loads.set(key, promise)
    promise.catch(() => loads.delete(key))
    return promise
  }
}
