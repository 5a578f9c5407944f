import { MODEL_CACHE } from '../decode/cache-names.ts'
import type { PictureOptions } from '../picture/options.ts'
import type { Picture } from '../picture/picture.ts'
import { weigh } from './worth.ts'

/** Pause after the last picture before all are weighed together, because pictures of a page load one after another. */
const SETTLE_MS = 300

/** Loads the decoder of a page when the page has loaded, is idle, and benefits from it. */
export class Readiness {
  /** Resolves to true when the decoder is ready, or to false when it does not pay. */
  readonly ready: Promise<boolean>
  readonly #options: PictureOptions
  readonly #pictures: Iterable<Picture>
  #resolve: (isReady: boolean) => void = () => undefined
  #settling: ReturnType<typeof setTimeout> | undefined
  /** Whether the decoder is being loaded or never will be. */
  #isDecided: boolean

  constructor(options: PictureOptions, pictures: Iterable<Picture>) {
    this.#options = options
    this.#pictures = pictures
    this.#isDecided = options.saveData
    this.ready = new Promise((resolve) => {
      this.#resolve = resolve
    })
    if (this.#isDecided) this.#resolve(false)
  }

  /** To be called when pictures have been added or have loaded. */
  consider(): void {
    if (this.#isDecided) return
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => whenLoaded(() => whenIdle(() => void this.#decide())), SETTLE_MS)
  }

  stop(): void {
    this.#isDecided = true
    clearTimeout(this.#settling)
    this.#resolve(false)
  }

  async #decide(): Promise<void> {
    const pictures = [...this.#pictures]
    if (this.#isDecided || pictures.length === 0) return
    const restore = pictures.some(({ isRestorable }) => isRestorable)
    const { replace, saveData } = this.#options
    const facts = pictures.flatMap(({ plain }) => plain.facts ?? [])
    const isWanted = replace === 'always' || restore
    if (!isWanted && !weigh({ pictures: facts, saveData, stored: await isStored() }).isWorth) {
      // Pictures that are added later may change the decision.
      this.#resolve(false)
      return
    }
    if (this.#isDecided) return
    this.#isDecided = true
    this.#options.decoder.request('', { type: 'warm', restore }, ({ type }) => {
      this.#resolve(type === 'end')
      if (type !== 'end' || restore) return
      for (const picture of this.#pictures) picture.warmed()
    })
  }
}

/** Whether an earlier visit stored the decoder's models in this browser. */
async function isStored(): Promise<boolean> {
  try {
    if (!(await caches.has(MODEL_CACHE))) return false
    const requests = await (await caches.open(MODEL_CACHE)).keys()
    return requests.some(({ url }) => url.includes('decoder.pack?'))
  } catch {
    // Private windows and insecure pages have no Cache Storage.
    return false
  }
}

/** Calls back when the page and its resources have loaded. */
export function whenLoaded(callback: () => void): void {
  if (document.readyState === 'complete') callback()
  else addEventListener('load', callback, { once: true })
}

/** Calls back when the page is idle, at the latest after two seconds. Safari has no idle callback. */
function whenIdle(callback: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(callback, { timeout: 2000 })
  else setTimeout(callback, 200)
}
