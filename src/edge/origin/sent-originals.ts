import { LruCache } from '../../core/lru.ts'

interface Sending {
  readonly since: number
  /** Settles when the original is on its way; with false when it is not. */
  readonly begun: Promise<boolean>
}

/** Says whether an original is on its way. */
type SayBegun = (isOnItsWay: boolean) => void

/** Originals that are remembered; more than an origin keeps. */
const REMEMBERED = 1000
/** Milliseconds for which an original is expected to be kept by the origin. */
const KEPT_MS = 300_000
/** Milliseconds that the first sender gets to begin: a request that was cut off says nothing. */
const BEGIN_MS = 1000

/**
 * The originals that this isolate has sent to the origin lately. The origin keeps the last ones, so the further sizes of
 * a picture are asked for without sending it again; where it has forgotten one, it says so.
 */
export class SentOriginals {
  readonly #sent = new LruCache<string, Sending>(REMEMBERED)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * @param sha256 of the original, hexadecimal
   * @returns undefined where the origin should have it; else what the caller must call once it sends it, or cannot
   */
  async claim(sha256: string): Promise<SayBegun | undefined> {
    const sending = this.#sent.get(sha256)
    if (sending !== undefined && this.#now() - sending.since < KEPT_MS) {
      if (await Promise.race([sending.begun, after(BEGIN_MS)])) return undefined
    }
    return this.begin(sha256)
  }

  /** As `claim`, where the origin does not have it. */
  begin(sha256: string): SayBegun {
    let say: SayBegun = () => {}
    const begun = new Promise<boolean>((resolve) => {
      say = resolve
    })
    this.#sent.set(sha256, { since: this.#now(), begun })
    return say
  }
}

function after(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds))
}
