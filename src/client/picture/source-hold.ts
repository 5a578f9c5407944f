import { hidingAddress, hidingSrcset } from '../address/address.ts'

/** Longest time that a blank picture is shown before the plain one is loaded. */
const BLANK_MS = 8000

/**
 * Replaces the source of an `<img>` until `release`: by a blank picture of the same proportions (`hold`), which keeps
 * the layout and fires the load event; by the decoded picture (`offer`); by JPEGs that hide detail (`hide`); or by the
 * one file that is shown (`pin`).
 */
export class SourceHold {
  readonly #img: HTMLImageElement
  /** `src` and `srcset` as the page wrote them. */
  #saved: Source | undefined
  /** The replacement; undefined while the source is the page's own. */
  #written: Source | undefined
  /** The blank picture that `hold` wrote; undefined if the image has a picture of its own. */
  #blank: { readonly width: number; readonly onLoad: () => void } | undefined
  #deadline: ReturnType<typeof setTimeout> | undefined

  constructor(img: HTMLImageElement) {
    this.#img = img
  }

  /** Whether the source is replaced. */
  get isHeld(): boolean {
    return this.#written !== undefined
  }

  /** Whether the image has no picture of its own, but the blank one or the one that `offer` wrote. */
  get isBlank(): boolean {
    return this.#blank !== undefined && this.isHeld && !this.isOverwritten
  }

  /** Whether the page has overwritten the replacement. */
  get isOverwritten(): boolean {
    return sourceOf(this.#img).some((value, i) => value !== (this.#written?.[i] ?? null))
  }

  /**
   * Shows a blank picture instead. Does nothing if the picture has loaded already, if a `<picture>` chooses it, or if
   * attributes do not give the proportions.
   * @param onLoad called when the blank picture is laid out
   */
  hold(onLoad: () => void): void {
    const img = this.#img
    const width = attribute(img, 'width')
    const height = attribute(img, 'height')
    if (isLoaded(img) || !width || !height) return
    const blank = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`
    if (!this.#replace([blank, null])) return
    this.#blank = { width, onLoad }
    img.addEventListener('load', onLoad, { once: true })
  }

  /**
   * Shows a picture instead of the blank one. Its density descriptor gives it the natural size of the blank one. `src`
   * is removed, because it would be a candidate of density 1.
   * @param width of the picture in pixels
   */
  offer(uri: string, width: number): void {
    if (!this.#blank || !this.isBlank) return
    this.#written = [null, `${uri} ${width / this.#blank.width}x`]
    this.#img.addEventListener('load', this.#blank.onLoad, { once: true })
    write(this.#img, this.#written)
  }

  /** Shows JPEGs that hide detail instead. Does nothing if a `<picture>` chooses the source. */
  hide(): void {
    const [src, srcset] = sourceOf(this.#img)
    const base = document.baseURI
    this.#replace([src && hidingAddress(src, base), srcset && hidingSrcset(srcset, base)])
  }

  /** The page's own candidates; none without a `srcset`. */
  get candidates(): readonly Candidate[] {
    return parseSrcset((this.isHeld ? this.#saved : sourceOf(this.#img))?.[1] ?? '')
  }

  /**
   * Leaves one file as the only candidate of `srcset`, so that the browser requests no other when the picture grows.
   * Its descriptor is kept, because an image without a CSS size takes its size from it.
   * @param address of the file. @default the one that is shown
   */
  pin(address = this.#img.currentSrc): void {
    const { candidates } = this
    if (this.isHeld || candidates.length === 0 || !address) return
    const { descriptor = '1x' } = candidates.find((candidate) => candidate.address === address) ?? {}
    this.#replace([sourceOf(this.#img)[0], `${address} ${descriptor}`])
  }

  /** Calls `release` after BLANK_MS, unless `keep` is called before. */
  releaseLater(): void {
    this.#deadline ??= setTimeout(() => this.release(), BLANK_MS)
  }

  /** Undoes `releaseLater`. */
  keep(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
  }

  /** Writes the page's own attributes back, unless the page has changed them since. */
  release(): void {
    this.keep()
    if (this.isHeld && !this.isOverwritten) write(this.#img, this.#saved!)
    this.#written = undefined
    this.#blank = undefined
  }

  #replace(source: Source): boolean {
    const img = this.#img
    if (img.parentElement?.localName === 'picture') return false
    this.#saved = sourceOf(img)
    this.#written = source
    // The page's Content-Security-Policy may forbid data URIs, and a signature may forbid other parameters.
    img.addEventListener('error', () => this.release(), { once: true })
    write(img, source)
    return true
  }
}

/** One file of a `srcset`. */
interface Candidate {
  /** Absolute. */
  readonly address: string
  /** `320w` or `2x`; undefined without one. */
  readonly descriptor: string | undefined
}

function parseSrcset(srcset: string): Candidate[] {
  // An address may contain a comma.
  const words = srcset.matchAll(/([^\s,]\S*[^\s,])(?:\s+([\d.]+[wx]))?\s*(?:,|$)/g)
  return [...words].map(([, address = '', descriptor]) => ({
    address: new URL(address, document.baseURI).href,
    descriptor,
  }))
}

/** Values of `src` and `srcset`. */
type Source = readonly [src: string | null, srcset: string | null]

function sourceOf(img: HTMLImageElement): Source {
  return [img.getAttribute('src'), img.getAttribute('srcset')]
}

function write(img: HTMLImageElement, source: Source): void {
  for (const [i, name] of ['src', 'srcset'].entries()) {
    const value = source[i]
    if (value == null) img.removeAttribute(name)
    else if (img.getAttribute(name) !== value) img.setAttribute(name, value)
  }
}

export function isLoaded(img: HTMLImageElement): boolean {
  return img.complete && img.naturalWidth > 0
}

/** The number in an attribute; 0 without one. */
export function attribute(img: HTMLImageElement, name: 'width' | 'height'): number {
  return Number.parseFloat(img.getAttribute(name) ?? '') || 0
}
