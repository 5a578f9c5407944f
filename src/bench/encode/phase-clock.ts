import { ENCODE_PHASES, type EncodePhase, type ObservePhase } from '../../codec/encode-phases.ts'
import { cpuNow } from '../cpu-clock.ts'

/** Adds up time by phase. Time of a phase inside another counts for the inner one only. */
export class PhaseClock {
  /** Milliseconds of each phase. */
  readonly spent = Object.fromEntries(ENCODE_PHASES.map((phase) => [phase, 0])) as Record<EncodePhase, number>
  readonly #now: () => number
  readonly #open: EncodePhase[] = []
  #since = 0

  constructor(now: () => number = cpuNow) {
    this.#now = now
  }

  readonly observe: ObservePhase = async (phase, work) => {
    this.#settle()
    this.#open.push(phase)
    try {
      return await work()
    } finally {
      this.#settle()
      this.#open.pop()
    }
  }

  /** Adds the time since the last change to the innermost phase. */
  #settle(): void {
    const now = this.#now()
    const innermost = this.#open.at(-1)
    if (innermost) this.spent[innermost] += now - this.#since
    this.#since = now
  }
}
