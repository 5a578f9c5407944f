import type { MadePicture } from './pictures.ts'

/** How a request to write ended. `unknown`: no answer, or that of an injected fault; it may count or not. */
export type Ending = 'accepted' | 'refused' | 'unknown'

/** One write of an image, in the order in which they were sent; the next is sent when the one before has ended. */
export interface Write {
  /** Its place among the pictures of the image; undefined: a deletion. */
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

  /** The writes that may be the last one that counts. Empty: none may. */
  get last(): Write[] {
    const counting = this.writes.filter(({ ending }) => ending !== 'refused')
    const accepted = counting.findLastIndex(({ ending }) => ending === 'accepted')
    return counting.slice(Math.max(0, accepted))
  }

  /** Whether an upload was accepted, and no deletion may count since. */
  get isThere(): boolean {
    return !this.#isDeleting && !this.mayBeNothing && this.last.every(({ version }) => version !== undefined)
  }

  /** Whether it may be that no write counts. */
  get mayBeNothing(): boolean {
    return !this.writes.some(({ ending }) => ending === 'accepted')
  }
}
