import { aborted, throwIfAborted } from './abort.ts'

export interface SchedulerOptions {
  /** Workers: tasks that run at once. */
  readonly concurrency: number
  /** Expected seconds of a task of cost 1, until some tasks have been timed. */
  readonly secondsPerCost: number
  /**
   * Tasks of a higher cost are long. Long tasks leave one of two or more workers to the others, and a long task lends its
   * worker to a shorter one between two of its steps. @default no task is long
   */
  readonly longCost?: number
}

/** The worker of a task, until the task ends. */
export interface Turn {
  /** Corrects the cost of the task. */
  correct(cost: number): void
  /**
   * Call it between two steps of the task. A long task lends its worker to a waiting shorter one, and resumes when that
   * one ends: one task at each step, so that a long task makes progress however many short ones come. A borrowed worker
   * is not lent again.
   */
  step(): Promise<void>
  end(): void
}

interface Task {
  cost: number
  /** Start time, plus the time for which its worker was lent. Times are in seconds. */
  since: number
  /** Time of its latest step. */
  heard: number
  /** The long task that lent its worker. */
  readonly lender?: Lender | undefined
}

interface Lender {
  readonly task: Task
  readonly giveBack: () => void
}

interface QueuedTask {
  readonly cost: number
  /** The queue is sorted by rank. */
  readonly rank: number
  readonly begin: (lender?: Lender) => void
}

/** A task is overtaken by later tasks of at most this many times its own cost. */
const PATIENCE = 2

/** Factor by which the timings so far decay with each timed task. */
const MEMORY = 0.95

/** Limits of `Retry-After` in seconds. Work may end sooner than expected. */
const RETRY_AFTER = { least: 1, most: 120 }

/** The value of `Retry-After` when the queued work takes this many seconds. */
export function retryAfter(queueSeconds: number): string {
  const { least, most } = RETRY_AFTER
  return String(Math.min(most, Math.max(least, Math.ceil(queueSeconds))))
}

/**
 * Schedules tasks by their cost, and estimates how long the queued work takes. Tasks of equal cost run in the order of
 * arrival. Cheap tasks overtake expensive ones, but only up to a limit (shortest job first with ageing). Ageing counts
 * the cost of the tasks that have begun instead of time, because the clock of a Worker stands still while it computes.
 * The caller decides which tasks are admitted.
 */
export class Scheduler {
  readonly #concurrency: number
  readonly #longCost: number
  readonly #queue: QueuedTask[] = []
  readonly #running = new Set<Task>()
  /** Decaying sums over the timed tasks; they begin with the expected values. */
  readonly #past: { seconds: number; cost: number; tasks: number }
  /** Cost of all tasks that ever began. */
  #begun = 0

  constructor({ concurrency, secondsPerCost, longCost = Number.POSITIVE_INFINITY }: SchedulerOptions) {
    this.#concurrency = concurrency
    this.#longCost = longCost
    this.#past = { seconds: secondsPerCost, cost: 1, tasks: 1 }
  }

  get running(): number {
    return this.#running.size
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Cost of the tasks that wait. */
  get waitingCost(): number {
    return this.#queue.reduce((sum, { cost }) => sum + cost, 0)
  }

  /**
   * Estimated seconds until all running and queued tasks are done.
   * @param unknown number of further tasks, of unknown cost, which count as average ones. @default 0
   */
  seconds(unknown = 0): number {
    const { seconds, cost, tasks } = this.#past
    const perCost = seconds / cost
    const left = (task: Task): number => Math.max(0, task.cost * perCost - (now() - task.since))
    const begun = [...this.#running].flatMap((task) => (task.lender ? [task, task.lender.task] : [task]))
    const sum = begun.reduce((total, task) => total + left(task), this.waitingCost * perCost)
    return (sum + unknown * (seconds / tasks)) / this.#concurrency
  }

  /** Waits for a worker. Rejects with ABORTED when the signal fires while it waits. */
  enter(cost: number, signal?: AbortSignal): Promise<Turn> {
    throwIfAborted(signal)
    return new Promise((resolve, reject) => {
      const begin = (lender?: Lender) => {
        signal?.removeEventListener('abort', leave)
        const task = { cost, since: now(), heard: now(), lender }
        this.#begun += cost
        this.#running.add(task)
        resolve(this.#turnOf(task))
      }
      const queued = { cost, rank: this.#begun + PATIENCE * cost, begin }
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(queued), 1)
        if (signal) reject(aborted(signal))
      }
      signal?.addEventListener('abort', leave, { once: true })
      const behind = this.#queue.findIndex(({ rank }) => rank > queued.rank)
      this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, queued)
      this.#beginNext()
    })
  }

  /** Frees the workers of tasks that made no step for this many seconds: they were cut off and will never end. */
  giveUpSilent(seconds: number): void {
    for (const task of [...this.#running]) if (now() - task.heard >= seconds) this.#leave(task)
  }

  #turnOf(task: Task): Turn {
    return {
      correct: (cost) => {
        // Never decrease it: a later task must not get a lower rank than an earlier one.
        this.#begun += Math.max(0, cost - task.cost)
        task.cost = cost
      },
      step: async () => {
        task.heard = now()
        if (task.cost <= this.#longCost || task.lender !== undefined) return
        const guest = this.#queue.findIndex(({ cost }) => cost <= this.#longCost)
        if (guest < 0 || !this.#running.delete(task)) return
        const left = now()
        await new Promise<void>((giveBack) => {
          this.#queue.splice(guest, 1)[0]?.begin({ task, giveBack })
        })
        task.since += now() - left
      },
      end: () => {
        if (this.#leave(task)) this.#remember(now() - task.since, task.cost)
      },
    }
  }

  /** @returns false if the task was given up before */
  #leave(task: Task): boolean {
    if (!this.#running.delete(task)) return false
    const { lender } = task
    if (lender === undefined) {
      this.#beginNext()
      return true
    }
    lender.task.heard = now()
    this.#running.add(lender.task)
    lender.giveBack()
    return true
  }

  #beginNext(): void {
    const index = this.#queue.findIndex(({ cost }) => this.#isFree(cost))
    if (index >= 0) this.#queue.splice(index, 1)[0]?.begin()
  }

  #isFree(cost: number): boolean {
    if (this.#running.size >= this.#concurrency) return false
    const long = [...this.#running].filter((task) => task.cost > this.#longCost).length
    return cost <= this.#longCost || long < Math.max(1, this.#concurrency - 1)
  }

  #remember(seconds: number, cost: number): void {
    if (!(seconds > 0)) return // the clock stood still
    this.#past.seconds = MEMORY * this.#past.seconds + seconds
    this.#past.cost = MEMORY * this.#past.cost + cost
    this.#past.tasks = MEMORY * this.#past.tasks + 1
  }
}

/** Seconds. */
function now(): number {
  return performance.now() / 1000
}
