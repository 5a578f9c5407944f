import type { MadePicture } from './pictures.ts'

/** How a write ended. `unknown`: no answer, or that of an injected fault; the write may have been applied or not. */
export type Ending = 'accepted' | 'refused' | 'unknown'

/** One write of an image. Writes are sent one after the other. */
export interface Write {
  /** Number of the picture among those of the image; undefined for a deletion. */
  readonly version: number | undefined
  readonly ending: Ending
}

/** What was sent for one id. */
export class History {
  readonly id: string
  readonly pictures: MadePicture[] = []
  readonly writes: Write[] = []
  #isDeleting = false

  constructor(id: string) {
    this.id = id
  }

  /** To be called before the picture is sent. @returns its version */
  add(picture: MadePicture): number {
    return this.pictures.push(picture) - 1
  }

  /** To be called before a deletion is sent. */
  deleting(): void {
    this.#isDeleting = true
  }

  ended(version: number | undefined, ending: Ending): void {
    if (version === undefined) this.#isDeleting = false
    this.writes.push({ version, ending })
  }

  /** The writes that may be the last applied one; empty if none was applied. */
  get last(): Write[] {
    const counting = this.writes.filter(({ ending }) => ending !== 'refused')
    const accepted = counting.findLastIndex(({ ending }) => ending === 'accepted')
    return counting.slice(Math.max(0, accepted))
  }

  /** Whether an upload was accepted and no deletion may have been applied since. */
  get isThere(): boolean {
    return !this.#isDeleting && !this.mayBeNothing && this.last.every(({ version }) => version !== undefined)
  }

  /** Whether possibly no write was applied. */
  get mayBeNothing(): boolean {
    return !this.writes.some(({ ending }) => ending === 'accepted')
  }
}
