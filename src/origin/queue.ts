import { aborted, throwIfAborted } from '../core/abort.ts'
import { StrataError } from '../core/errors.ts'

/** An admitted request's place: held until `release`, whether its task ran or not. */
interface Ticket {
  /** Waits for a free worker and runs the task; rejects with ABORTED when the signal fires while waiting. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>
  release(): void
}

export interface EncodeQueue {
  /** Takes a place at once or throws. @throws StrataError ORIGIN_BUSY */
  admit(): Ticket
  /** Tasks that run now. */
  readonly active: number
  /** Places taken by requests that do not run (yet): they send their body or wait for a worker. */
  readonly waiting: number
}

/**
 * Bounds how many tasks run and how many requests are admitted. Admission comes before the body is read, so
 * that memory is bounded by (concurrency + waiting) bodies; a running place is taken only afterwards, so that
 * a slow upload never blocks a worker. A task keeps its place until it settles, even if nobody wants its result.
 */
export function createQueue(limits: { readonly concurrency: number; readonly waiting: number }): EncodeQueue {
  const places = limits.concurrency + limits.waiting
  const line: (() => void)[] = []
  let admitted = 0
  let active = 0

  async function enter(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (active < limits.concurrency) {
      active++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        line.splice(line.indexOf(next), 1)
        if (signal) reject(aborted(signal))
      }
      const next = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      signal?.addEventListener('abort', leave, { once: true })
      line.push(next)
    })
  }

  function exit(): void {
    const next = line.shift()
    if (next)
      next() // the place is handed over, so `active` stays as it is
    else active--
  }

  return {
    admit() {
      if (admitted >= places) {
        throw new StrataError(
          'ORIGIN_BUSY',
          `the origin is busy: ${active} encoding, ${admitted - active} waiting`,
        )
      }
      admitted++
      let held = true
      return {
        async run(task, signal) {
          await enter(signal)
          try {
            return await task()
          } finally {
            exit()
          }
        },
        release() {
          if (held) admitted--
          held = false
        },
      }
    },
    get active() {
      return active
    },
    get waiting() {
      return admitted - active
    },
  }
}
