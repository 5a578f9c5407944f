import { aborted, throwIfAborted } from './abort.ts'

export interface WorkLineOptions {
  /** Tasks that run at once. */
  readonly concurrency: number
  /** Seconds that a task of cost 1 takes, until some have been timed. */
  readonly secondsPerCost: number
  /**
   * Tasks of a higher cost are long. Of two workers or more they leave one to the others; between two of its steps a
   * long task may let a shorter one in. @default none is long
   */
  readonly longCost?: number
}

/** A task that has a worker, until it ends. */
export interface Turn {
  /** Says what the task turned out to cost. */
  correct(cost: number): void
  /**
   * Says that the task goes on. A long one that finds a shorter one waiting lends its worker to it and gets it back
   * when that one ends: one each time, so that a long task gets on however many short ones come. What is lent is not
   * lent on.
   */
  step(): Promise<void>
  end(): void
}

interface Task {
  cost: number
  /** When it began; later where it lent its worker meanwhile. Seconds, as all times here. */
  since: number
  /** When something was last heard of it. */
  heard: number
  /** Whose worker it has been lent. */
  readonly lender?: Lender | undefined
}

interface Lender {
  readonly task: Task
  readonly giveBack: () => void
}

interface Place {
  readonly cost: number
  /** The line is in the order of these. */
  readonly rank: number
  readonly begin: (lender?: Lender) => void
}

/** How many times its own cost of work may begin after a task has come, until no later one overtakes it. */
const PATIENCE = 2

/** Share of the past that counts beside a task that was timed just now. */
const MEMORY = 0.95

/** Seconds: what `Retry-After` may say. Work may end sooner than was expected. */
const RETRY_AFTER = { least: 1, most: 120 }

/** The value of `Retry-After` for a line of that many seconds. */
export function retryAfter(lineSeconds: number): string {
  const { least, most } = RETRY_AFTER
  return String(Math.min(most, Math.max(least, Math.ceil(lineSeconds))))
}

/**
 * The order in which tasks get a worker, and how long the line is. Tasks of one cost run in the order of their coming;
 * cheap ones overtake dear ones, but only so many: the order goes by the cost of what has begun, not by a clock, which
 * stands still in a Worker that computes. Who may join the line is for its owner to say.
 */
export class WorkLine {
  readonly #concurrency: number
  readonly #longCost: number
  readonly #line: Place[] = []
  readonly #running = new Set<Task>()
  /** Sums over the past, the recent past counting most; they begin with what is expected. */
  readonly #past: { seconds: number; cost: number; tasks: number }
  /** Cost of all that ever began. */
  #begun = 0

  constructor({ concurrency, secondsPerCost, longCost = Number.POSITIVE_INFINITY }: WorkLineOptions) {
    this.#concurrency = concurrency
    this.#longCost = longCost
    this.#past = { seconds: secondsPerCost, cost: 1, tasks: 1 }
  }

  get running(): number {
    return this.#running.size
  }

  get waiting(): number {
    return this.#line.length
  }

  /** Cost of the tasks that wait. */
  get waitingCost(): number {
    return this.#line.reduce((sum, { cost }) => sum + cost, 0)
  }

  /**
   * Seconds until all of the line is done.
   * @param unknown tasks that will join it and count as usual ones. @default 0
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
      const place = { cost, rank: this.#begun + PATIENCE * cost, begin }
      const leave = () => {
        this.#line.splice(this.#line.indexOf(place), 1)
        if (signal) reject(aborted(signal))
      }
      signal?.addEventListener('abort', leave, { once: true })
      const behind = this.#line.findIndex(({ rank }) => rank > place.rank)
      this.#line.splice(behind < 0 ? this.#line.length : behind, 0, place)
      this.#beginNext()
    })
  }

  /** Gives up tasks of which nothing was heard for so many seconds: they were cut off and will never end. */
  giveUpSilent(seconds: number): void {
    for (const task of [...this.#running]) if (now() - task.heard >= seconds) this.#leave(task)
  }

  #turnOf(task: Task): Turn {
    return {
      correct: (cost) => {
        // Never down: who comes later must not get a lower rank.
        this.#begun += Math.max(0, cost - task.cost)
        task.cost = cost
      },
      step: async () => {
        task.heard = now()
        if (task.cost <= this.#longCost || task.lender !== undefined) return
        const guest = this.#line.findIndex(({ cost }) => cost <= this.#longCost)
        if (guest < 0 || !this.#running.delete(task)) return
        const left = now()
        await new Promise<void>((giveBack) => {
          this.#line.splice(guest, 1)[0]?.begin({ task, giveBack })
        })
        task.since += now() - left
      },
      end: () => {
        if (this.#leave(task)) this.#remember(now() - task.since, task.cost)
      },
    }
  }

  /** @returns false where it was given up before */
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
    const index = this.#line.findIndex(({ cost }) => this.#isFree(cost))
    if (index >= 0) this.#line.splice(index, 1)[0]?.begin()
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
