import { StrataError } from '../core/errors.ts'
import { Scheduler, type SchedulerOptions } from '../core/scheduler.ts'

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
  /** Tasks that wait for a worker. */
  readonly ready: number
}

interface QueueOptions extends SchedulerOptions {
  /** Requests that are admitted beyond those whose tasks run. */
  readonly waiting: number
}

/** Thrown when all places are taken. */
export class QueueFull extends StrataError {
  /** Seconds that the line will take: those of the tasks in it, divided by the workers. */
  readonly lineSeconds: number

  constructor(message: string, lineSeconds: number) {
    super('ORIGIN_BUSY', message)
    this.lineSeconds = lineSeconds
  }
}

/**
 * Bounds how many tasks run and how many requests are admitted. Admission comes before the body is read, so
 * that memory is bounded by (concurrency + waiting) bodies; a running place is taken only afterwards, so that
 * a slow upload never blocks a worker. A task keeps its place until it settles, even if nobody wants its result.
 */
export function createQueue(options: QueueOptions): WorkQueue {
  const places = options.concurrency + options.waiting
  const line = new Scheduler(options)
  let admitted = 0

  return {
    admit() {
      if (admitted >= places) {
        const counts = `${line.running} at work, ${admitted - line.running} waiting`
        // A request that still sends its body counts as a usual one.
        const unknown = admitted - line.running - line.waiting
        throw new QueueFull(`the origin is busy: ${counts}`, line.seconds(unknown))
      }
      admitted++
      let held = true
      return {
        async run(task, signal, cost = 1) {
          const turn = await line.enter(cost, signal)
          try {
            return await task()
          } finally {
            turn.end()
          }
        },
        release() {
          if (held) admitted--
          held = false
        },
      }
    },
    get active() {
      return line.running
    },
    get waiting() {
      return admitted - line.running
    },
    get ready() {
      return line.waiting
    },
  }
}
