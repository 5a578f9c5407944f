import type { Decoder } from '../decoder.ts'
import { linkRate } from '../link.ts'
import type { SentLayer } from '../messages.ts'
import { type LayerSize, neededWidth } from '../plan.ts'
import { attribute, isLoaded, type SourceHold } from '../source-hold.ts'
import { type Arrival, arrivalRate, decodes, type PlainFacts, plainBytes } from './worth.ts'

/** A file that is this much too small is not worth another one. */
const TOLERANCE = 1.05

/** The larger picture that is wanted. */
interface Wanted {
  /** Device pixels. */
  readonly width: number
  /** The layer that is painted, and the one that `width` needs; undefined where they are not known. */
  readonly here: SentLayer | undefined
  readonly wanted: SentLayer | undefined
}

/** The plain file that an `<img>` shows, as far as a page can know it. */
export class PlainFile {
  readonly #img: HTMLImageElement
  readonly #source: SourceHold
  /** Whether the browser was left to choose a larger file and found none. */
  #isStuck = false

  constructor(img: HTMLImageElement, source: SourceHold) {
    this.#img = img
    this.#source = source
  }

  /**
   * Where the file is too small: whether layers are the better way. Otherwise the browser loads a larger file.
   * @param onGrown called when that file is shown
   */
  wantsLayers(wanted: Wanted, decoder: Decoder, onGrown: () => void): boolean {
    if (this.#isForeign || this.width === 0 || wanted.width <= TOLERANCE * this.width) return false
    if (this.#prefersLayers(wanted, decoder)) return true
    this.#grow(onGrown)
    return false
  }

  /** Whether the picture is left to the browser for good: a `<picture>` chooses by what scripts cannot know. */
  get #isForeign(): boolean {
    return this.#img.parentElement?.localName === 'picture'
  }

  /** Pixels across the file; 0 while none is shown. */
  get width(): number {
    const { naturalWidth, currentSrc } = this.#img
    if (!isLoaded(this.#img)) return 0
    // With descriptors the browser gives the size in CSS pixels.
    const shown = this.#source.candidates.find(({ address }) => address === currentSrc)?.descriptor
    if (shown === undefined) return naturalWidth
    return shown.endsWith('w')
      ? Number.parseInt(shown, 10)
      : Math.round(naturalWidth * Number.parseFloat(shown))
  }

  /** For the decision whether layers pay; undefined while nothing is shown. */
  get facts(): PlainFacts | undefined {
    const { width } = this
    if (width === 0 || this.#isForeign) return undefined
    const pixels = (width * width * this.#img.naturalHeight) / this.#img.naturalWidth
    const widest = this.#widest
    const bytes = this.#bytes
    // A service worker that decodes sends pixels as they are, which says nothing of the file.
    return { pixels, bytes: bytes < 3 * pixels ? bytes : undefined, growth: widest ? widest / width : 2 }
  }

  /** Whether the page names no larger file. The image may have more pixels all the same: its info says so. */
  get isWidest(): boolean {
    return this.#isStuck || this.#widest <= TOLERANCE * this.width
  }

  /** What a larger picture costs: pixels to decode, or bytes of a plain file. */
  cost({ width, wanted }: Pick<Wanted, 'width' | 'wanted'>): {
    readonly pixels: number
    readonly plain: number
  } {
    const height = (width * this.#img.naturalHeight) / (this.#img.naturalWidth || 1)
    const pixels = wanted ? wanted.width * wanted.height : width * height
    return { pixels, plain: plainBytes(pixels, this.facts) }
  }

  #prefersLayers(larger: Wanted, { speed, queue }: Decoder): boolean {
    if (this.isWidest) return true
    const { here, wanted } = larger
    const missing = wanted && wanted.end - (here?.end ?? 0)
    return decodes({ ...this.cost(larger), missing, rate: rateOfPage(), speed, queue })
  }

  /** Where the larger file cannot be had, the one before stays. */
  #grow(onLoad: () => void): void {
    const [address, before] = [this.#img.currentSrc, this.width]
    const control = new AbortController()
    const { signal } = control
    const loaded = () => {
      control.abort()
      this.#isStuck = this.width <= before
      onLoad()
    }
    const failed = () => {
      control.abort()
      this.#source.pin(address)
    }
    this.#img.addEventListener('load', loaded, { signal })
    this.#img.addEventListener('error', failed, { signal })
    this.#source.release()
  }

  /** Pixels across the largest file that the page names; 0 where it does not say. */
  get #widest(): number {
    const widths = this.#source.candidates.map(({ descriptor }) => descriptor?.match(/^(\d+)w$/)?.[1])
    return Math.max(0, ...widths.map((width) => Number(width ?? 0)))
  }

  /** Bytes of the file; Infinity where the browser does not tell. */
  get #bytes(): number {
    const [entry] = performance.getEntriesByName(this.#img.currentSrc) as PerformanceResourceTiming[]
    return entry?.encodedBodySize || Number.POSITIVE_INFINITY
  }
}

/** Device pixels that a box needs. @param picture a size with the picture's proportions, where it is known */
export function neededWidthOf(img: HTMLImageElement, picture: LayerSize | undefined): number {
  const box = { width: img.clientWidth, height: img.clientHeight }
  const shape = picture ?? { width: attribute(img, 'width'), height: attribute(img, 'height') }
  const zoom = visualViewport?.scale ?? 1
  return neededWidth(box, shape, getComputedStyle(img).objectFit, devicePixelRatio * zoom)
}

/** CSS pixels of an image that can be seen now. */
export function visibleArea(img: HTMLImageElement): number {
  const { left, top, right, bottom } = img.getBoundingClientRect()
  const width = Math.min(right, innerWidth) - Math.max(left, 0)
  const height = Math.min(bottom, innerHeight) - Math.max(top, 0)
  return Math.max(width, 0) * Math.max(height, 0)
}

/** Bytes that come in a millisecond, by what this page has loaded last, or else as the browser says. */
function rateOfPage(): number | undefined {
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  const arrivals = entries
    .filter(({ transferSize }) => transferSize > 1000)
    .slice(-40)
    .map(
      ({ responseStart, responseEnd, transferSize }): Arrival => ({
        start: responseStart,
        // A file that comes at once takes no time on this clock.
        end: responseEnd + 1,
        bytes: transferSize,
      }),
    )
  return arrivalRate(arrivals) ?? linkRate()
}
