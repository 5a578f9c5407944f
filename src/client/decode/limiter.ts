import { throwIfAborted } from '../../core/abort.ts'

/** Runs at most `limit` tasks at a time, in their order; who was cancelled while waiting does not start. */
export class Lanes {
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

/** One lane for each key. */
export class KeyedLanes {
  readonly #lanes = new Map<string, { readonly lane: Lanes; users: number }>()

  /** As `Lanes.run`, behind all tasks of the same key. */
  async run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const entry = this.#lanes.get(key) ?? { lane: new Lanes(1), users: 0 }
    this.#lanes.set(key, entry)
    entry.users++
    try {
      return await entry.lane.run(task, signal)
    } finally {
      if (--entry.users === 0) this.#lanes.delete(key)
    }
  }
}
