import { StrataError } from '../../core/errors.ts'
import { retryAfter, Scheduler } from '../../core/scheduler.ts'
import { HttpError } from '../errors.ts'
import type { UploadBody } from '../sources/upload-body.ts'

/** Uploads of one isolate that are stored at once. Each takes about 0.5 MB of its 128: a chunk, streams, a request. */
const MOST_AT_ONCE = 32
/** Uploads that may wait for a place. Their bodies wait with their senders, not in memory. */
const MOST_WAITING = 128
/** Milliseconds that one waits at most. */
const WAIT_MS = 10_000
/** An upload of which nothing was heard for so many seconds may have been cut off, and leaves its place to others. */
const SILENT_S = 60
/** Expected, until some uploads have been timed. */
const SECONDS_PER_MEGABYTE = 0.1

interface UploadLimits {
  readonly atOnce?: number
  readonly waiting?: number
  readonly waitMs?: number
  readonly silentSeconds?: number
}

/** The place of one upload. */
interface UploadPlace {
  /** Says that the upload goes on. */
  readonly step: () => void
  readonly leave: () => void
}

/** Bounds the uploads that an isolate stores at once. The others wait for a place, but not for ever. */
export class UploadPlaces {
  readonly #scheduler: Scheduler
  readonly #waiting: number
  readonly #waitMs: number
  readonly #silentSeconds: number

  constructor(limits: UploadLimits = {}) {
    const {
      atOnce = MOST_AT_ONCE,
      waiting = MOST_WAITING,
      waitMs = WAIT_MS,
      silentSeconds = SILENT_S,
    } = limits
    this.#scheduler = new Scheduler({ concurrency: atOnce, secondsPerCost: SECONDS_PER_MEGABYTE })
    this.#waiting = waiting
    this.#waitMs = waitMs
    this.#silentSeconds = silentSeconds
  }

  /**
   * Waits for a place. An upload that gets none is given up.
   * @throws HttpError UPLOAD_BUSY with Retry-After
   */
  async enter({ length, chunks }: UploadBody): Promise<UploadPlace> {
    this.#scheduler.giveUpSilent(this.#silentSeconds)
    try {
      if (this.#scheduler.running > 0 && this.#scheduler.waiting >= this.#waiting) throw this.#busy()
      const turn = await this.#scheduler.enter(length / 1e6, AbortSignal.timeout(this.#waitMs))
      return { step: () => void turn.step(), leave: turn.end }
    } catch (error) {
      const refusal = error instanceof StrataError && error.code === 'ABORTED' ? this.#busy() : error
      await chunks.cancel(refusal)
      throw refusal
    }
  }

  #busy(): HttpError {
    const { running, waiting } = this.#scheduler
    const message = `uploads: ${running} are being stored and ${waiting} wait, there is no place for another`
    return new HttpError('UPLOAD_BUSY', message, { 'Retry-After': retryAfter(this.#scheduler.seconds()) })
  }
}
