import type { Decoder } from '../decoder.ts'
import { linkRate } from '../link.ts'
import type { SentLayer } from '../messages.ts'
import { attribute, isLoaded, type SourceHold } from '../picture/source-hold.ts'
import { type LayerSize, neededWidth } from '../plan.ts'
import { type Arrival, arrivalRate, decodes, type PlainFacts, plainBytes } from './worth.ts'

/** Ratio of wanted to shown width up to which the shown file is large enough. */
const TOLERANCE = 1.05

/** The larger picture to show. */
interface Wanted {
  /** Device pixels. */
  readonly width: number
  /** The painted layer, and the layer for `width`; undefined if unknown. */
  readonly here: SentLayer | undefined
  readonly wanted: SentLayer | undefined
}

/** The plain file that an `<img>` shows. */
export class PlainFile {
  readonly #img: HTMLImageElement
  readonly #source: SourceHold
  /** Whether the browser could choose a larger file and found none. */
  #isStuck = false

  constructor(img: HTMLImageElement, source: SourceHold) {
    this.#img = img
    this.#source = source
  }

  /**
   * If the file is too small: whether layers are better. Otherwise the browser loads a larger file.
   * @param onGrown called when that file is shown
   */
  wantsLayers(wanted: Wanted, decoder: Decoder, onGrown: () => void): boolean {
    if (this.#isForeign || this.width === 0 || wanted.width <= TOLERANCE * this.width) return false
    if (this.#prefersLayers(wanted, decoder)) return true
    this.#grow(onGrown)
    return false
  }

  /** Whether the picture is always left to the browser: scripts cannot know how a `<picture>` chooses. */
  get #isForeign(): boolean {
    return this.#img.parentElement?.localName === 'picture'
  }

  /** Width of the file in pixels; 0 while none is shown. */
  get width(): number {
    const { naturalWidth, currentSrc } = this.#img
    if (!isLoaded(this.#img)) return 0
    // With descriptors, `naturalWidth` is in CSS pixels.
    const shown = this.#source.candidates.find(({ address }) => address === currentSrc)?.descriptor
    if (shown === undefined) return naturalWidth
    return shown.endsWith('w')
      ? Number.parseInt(shown, 10)
      : Math.round(naturalWidth * Number.parseFloat(shown))
  }

  /** Facts for the decision whether layers pay; undefined while nothing is shown. */
  get facts(): PlainFacts | undefined {
    const { width } = this
    if (width === 0 || this.#isForeign) return undefined
    const pixels = (width * width * this.#img.naturalHeight) / this.#img.naturalWidth
    const widest = this.#widest
    const bytes = this.#bytes
    // A service worker that decodes layers sends uncompressed pixels, whose size says nothing about the file.
    return { pixels, bytes: bytes < 3 * pixels ? bytes : undefined, growth: widest ? widest / width : 2 }
  }

  /** Whether the page names no larger file. The image may still have more pixels, which its info JSON shows. */
  get isWidest(): boolean {
    return this.#isStuck || this.#widest <= TOLERANCE * this.width
  }

  /** Cost of a larger picture: pixels to decode, or bytes of a plain file. */
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

  /** Lets the browser load a larger file. If that fails, the current one is pinned. */
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

  /** Width in pixels of the largest file that the page names; 0 without width descriptors. */
  get #widest(): number {
    const widths = this.#source.candidates.map(({ descriptor }) => descriptor?.match(/^(\d+)w$/)?.[1])
    return Math.max(0, ...widths.map((width) => Number(width ?? 0)))
  }

  /** Bytes of the file; Infinity if the browser does not tell. */
  get #bytes(): number {
    const [entry] = performance.getEntriesByName(this.#img.currentSrc) as PerformanceResourceTiming[]
    return entry?.encodedBodySize || Number.POSITIVE_INFINITY
  }
}

/** Device pixels that a box needs. @param picture a size with the picture's proportions, if known */
export function neededWidthOf(img: HTMLImageElement, picture: LayerSize | undefined): number {
  const box = { width: img.clientWidth, height: img.clientHeight }
  const shape = picture ?? { width: attribute(img, 'width'), height: attribute(img, 'height') }
  const zoom = visualViewport?.scale ?? 1
  return neededWidth(box, shape, getComputedStyle(img).objectFit, devicePixelRatio * zoom)
}

/** Visible CSS pixels of an image. */
export function visibleArea(img: HTMLImageElement): number {
  const { left, top, right, bottom } = img.getBoundingClientRect()
  const width = Math.min(right, innerWidth) - Math.max(left, 0)
  const height = Math.min(bottom, innerHeight) - Math.max(top, 0)
  return Math.max(width, 0) * Math.max(height, 0)
}

/** Bytes per millisecond of the latest downloads of this page, or else the browser's estimate. */
function rateOfPage(): number | undefined {
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  const arrivals = entries
    .filter(({ transferSize }) => transferSize > 1000)
    .slice(-40)
    .map(
      ({ responseStart, responseEnd, transferSize }): Arrival => ({
        start: responseStart,
        // A fast file takes no time on this coarse clock.
        end: responseEnd + 1,
        bytes: transferSize,
      }),
    )
  return arrivalRate(arrivals) ?? linkRate()
}
