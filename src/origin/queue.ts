import { aborted, throwIfAborted } from '../core/abort.ts'
import { StrataError } from '../core/errors.ts'

/** An admitted request's place: held until `release`, whether its task ran or not. */
export interface Ticket {
  /**
   * Waits for a free worker and runs the task; rejects with ABORTED when the signal fires while waiting.
   * @param cost how much work the task is, compared with the others of this queue. @default 1
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal, cost?: number): Promise<T>
  release(): void
}

export interface WorkQueue {
  /** Takes a place at once or throws. @throws QueueFull */
  admit(): Ticket
  /** Tasks that run now. */
  readonly active: number
  /** Places taken by requests that do not run (yet): they send their body or wait for a worker. */
  readonly waiting: number
}

export interface QueueOptions {
  /** Tasks that run at once. */
  readonly concurrency: number
  /** Requests that are admitted beyond those. */
  readonly waiting: number
  /** Seconds that a task of cost 1 takes, until some have been timed. */
  readonly secondsPerCost: number
  /** Tasks of a higher cost leave one worker to the others, where there are two or more. @default they may take all */
  readonly longCost?: number
}

/** Thrown when all places are taken. */
export class QueueFull extends StrataError {
  /** Seconds that the line will take: those of the tasks in it, divided by the workers. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super('ORIGIN_BUSY', message)
    this.retryAfter = retryAfter
  }
}

/** A long task is overtaken by shorter ones that come within this many times its own duration after it, and by no later ones. */
const PATIENCE = 2

/** Share of the past that counts beside a task that was timed just now. */
const MEMORY = 0.95

interface Entry {
  readonly cost: number
  /** The line is in the order of these. Seconds. */
  readonly turn: number
  readonly begin: () => void
}

/**
 * Bounds how many tasks run and how many requests are admitted. Admission comes before the body is read, so
 * that memory is bounded by (concurrency + waiting) bodies; a running place is taken only afterwards, so that
 * a slow upload never blocks a worker. A task keeps its place until it settles, even if nobody wants its result.
 * Tasks of one cost run in the order of their coming; cheap ones overtake dear ones, which wait all the same for a bounded time.
 */
export function createQueue(options: QueueOptions): WorkQueue {
  const { concurrency, longCost = Number.POSITIVE_INFINITY } = options
  const places = concurrency + options.waiting
  const line: Entry[] = []
  const running = new Set<{ readonly cost: number; readonly since: number }>()
  // Sums over the past, the recent past counting most; they begin with what is expected.
  const past = { seconds: options.secondsPerCost, cost: 1, tasks: 1 }
  let admitted = 0

  const now = () => performance.now() / 1000
  const secondsPerCost = () => past.seconds / past.cost

  function isFree(cost: number): boolean {
    if (running.size >= concurrency) return false
    const long = [...running].filter((task) => task.cost > longCost).length
    return cost <= longCost || long < Math.max(1, concurrency - 1)
  }

  function beginNext(): void {
    const index = line.findIndex(({ cost }) => isFree(cost))
    if (index >= 0) line.splice(index, 1)[0]?.begin()
  }

  /** Resolves when the task may run; what it gives ends the task. */
  function enter(cost: number, signal: AbortSignal | undefined): Promise<() => void> {
    throwIfAborted(signal)
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave)
        const task = { cost, since: now() }
        running.add(task)
        resolve(() => {
          running.delete(task)
          remember(now() - task.since, cost)
          beginNext()
        })
      }
      const entry: Entry = { cost, turn: now() + PATIENCE * cost * options.secondsPerCost, begin }
      const leave = () => {
        line.splice(line.indexOf(entry), 1)
        if (signal) reject(aborted(signal))
      }
      signal?.addEventListener('abort', leave, { once: true })
      const behind = line.findIndex(({ turn }) => turn > entry.turn)
      line.splice(behind < 0 ? line.length : behind, 0, entry)
      beginNext()
    })
  }

  function remember(seconds: number, cost: number): void {
    past.seconds = MEMORY * past.seconds + seconds
    past.cost = MEMORY * past.cost + cost
    past.tasks = MEMORY * past.tasks + 1
  }

  /** Seconds until all that is admitted is done. A request that still sends its body counts as a usual one. */
  function lineSeconds(): number {
    const begun = [...running].map(({ cost, since }) =>
      Math.max(0, cost * secondsPerCost() - (now() - since)),
    )
    const waiting = line.map(({ cost }) => cost * secondsPerCost())
    const unknown = (admitted - running.size - line.length) * (past.seconds / past.tasks)
    return [...begun, ...waiting, unknown].reduce((sum, seconds) => sum + seconds, 0) / concurrency
  }

  return {
    admit() {
      if (admitted >= places) {
        const counts = `${running.size} at work, ${admitted - running.size} waiting`
        throw new QueueFull(`the origin is busy: ${counts}`, lineSeconds())
      }
      admitted++
      let held = true
      return {
        async run(task, signal, cost = 1) {
          const exit = await enter(cost, signal)
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
      return running.size
    },
    get waiting() {
      return admitted - running.size
    },
  }
}
