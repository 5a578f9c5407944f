import { StrataError } from '../../core/errors.ts'
import { retryAfter, Scheduler, type Turn } from '../../core/scheduler.ts'
import { HttpError } from '../errors.ts'
import { HeldBytes } from '../sources/held-bytes.ts'
import type { UploadBody } from '../sources/upload-body.ts'

/** Uploads of one isolate that are stored at once. Each takes about 0.5 MB of its 128: a chunk, streams, a request. */
const MOST_AT_ONCE = 32
/** Uploads that may wait for a place. Their bodies wait with their senders, not in memory. */
const MOST_WAITING = 128
/** Milliseconds that one waits at most. */
const WAIT_MS = 10_000
/** An upload of which nothing was heard for so many seconds may have been cut off, and leaves its place to others. */
const SILENT_S = 60
/** Megabytes of an upload whose length nobody told, as far as its place in the line goes. */
const EXPECTED_MEGABYTES = 1
/** Expected, until some uploads have been timed. */
const SECONDS_PER_MEGABYTE = 0.1

interface UploadLimits {
  readonly atOnce?: number
  readonly waiting?: number
  readonly waitMs?: number
  readonly silentSeconds?: number
  /** Room for bodies that must be held in memory. */
  readonly held?: HeldBytes
}

/** The place of one upload. */
interface UploadPlace {
  /** Says that the upload goes on. */
  readonly step: () => void
  /** Waits for room in memory for further bytes, which are the place's until it is left. @throws HttpError UPLOAD_BUSY */
  readonly hold: (bytes: number) => Promise<void>
  readonly leave: () => void
}

/** Bounds the uploads that an isolate stores at once. The others wait for a place, but not for ever. */
export class UploadPlaces {
  readonly #scheduler: Scheduler
  readonly #waiting: number
  readonly #waitMs: number
  readonly #silentSeconds: number
  readonly #held: HeldBytes

  constructor(limits: UploadLimits = {}) {
    const {
      atOnce = MOST_AT_ONCE,
      waiting = MOST_WAITING,
      waitMs = WAIT_MS,
      silentSeconds = SILENT_S,
      held = new HeldBytes({ waitMs, silentMs: 1000 * silentSeconds }),
    } = limits
    this.#scheduler = new Scheduler({ concurrency: atOnce, secondsPerCost: SECONDS_PER_MEGABYTE })
    this.#waiting = waiting
    this.#waitMs = waitMs
    this.#silentSeconds = silentSeconds
    this.#held = held
  }

  /**
   * Waits for a place. An upload that gets none is given up.
   * @throws HttpError UPLOAD_BUSY with Retry-After
   */
  async enter({ length, chunks }: UploadBody): Promise<UploadPlace> {
    this.#scheduler.giveUpSilent(this.#silentSeconds)
    try {
      if (this.#scheduler.running > 0 && this.#scheduler.waiting >= this.#waiting) throw this.#busy()
      const megabytes = length === undefined ? EXPECTED_MEGABYTES : length / 1e6
      const turn = await this.#scheduler.enter(megabytes, AbortSignal.timeout(this.#waitMs))
      return this.#placeOf(turn)
    } catch (error) {
      const refusal = error instanceof StrataError && error.code === 'ABORTED' ? this.#busy() : error
      await chunks.cancel(refusal)
      throw refusal
    }
  }

  #placeOf(turn: Turn): UploadPlace {
    const holding = this.#held.begin()
    return {
      step: () => void turn.step(),
      hold: async (bytes) => {
        void turn.step()
        if (!(await holding.grow(bytes))) throw this.#busy()
      },
      leave() {
        holding.end()
        turn.end()
      },
    }
  }

  #busy(): HttpError {
    const { running, waiting } = this.#scheduler
    const message = `uploads: ${running} are being stored and ${waiting} wait, there is no place for another`
    return new HttpError('UPLOAD_BUSY', message, { 'Retry-After': retryAfter(this.#scheduler.seconds()) })
  }
}
