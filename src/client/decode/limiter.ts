import { throwIfAborted } from '../../core/abort.ts'

/**
 * Runs at most `limit` tasks at a time, in the order of the calls. A task that is cancelled while it waits does not
 * start.
 */
export class Limiter {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @throws StrataError ABORTED, and what the task throws */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((start) => this.#waiting.push(start))
    else this.#running++
    try {
      throwIfAborted(signal)
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

/** Runs one task of each key at a time. */
export class KeyedMutex {
  readonly #mutexes = new Map<string, { readonly mutex: Limiter; users: number }>()

  /** As `Limiter.run`, after all earlier tasks of the same key. */
  async run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const entry = this.#mutexes.get(key) ?? { mutex: new Limiter(1), users: 0 }
    this.#mutexes.set(key, entry)
    entry.users++
    try {
      return await entry.mutex.run(task, signal)
    } finally {
      if (--entry.users === 0) this.#mutexes.delete(key)
    }
  }
}
