import { hidingAddress, hidingSrcset } from './address/address.ts'

/** Nobody looks at a blank place for longer, whatever is still on its way. */
const BLANK_MS = 8000

/**
 * Keeps an `<img>` from loading what the page wrote. Until `release` its source is either a blank picture of the same
 * proportions (`hold`), so that the layout stays and the load event comes, or the decoded one (`offer`); or JPEGs that hide detail (`hide`); or the one file
 * that is shown (`pin`).
 */
export class SourceHold {
  readonly #img: HTMLImageElement
  /** `src` and `srcset` as the page wrote them. */
  #saved: Source | undefined
  /** What was written over them; undefined while they are the page's own. */
  #written: Source | undefined
  /** The blank picture that the image had at first; undefined where it has a picture of its own. */
  #blank: { readonly width: number; readonly onLoad: () => void } | undefined
  #deadline: ReturnType<typeof setTimeout> | undefined

  constructor(img: HTMLImageElement) {
    this.#img = img
  }

  /** Whether the source is not the page's own. */
  get isHeld(): boolean {
    return this.#written !== undefined
  }

  /** Whether the image has no picture of its own: it shows the blank one, or what was offered in its place. */
  get isBlank(): boolean {
    return this.#blank !== undefined && this.isHeld && !this.isOverwritten
  }

  /** Whether the page has written another source over ours. */
  get isOverwritten(): boolean {
    return sourceOf(this.#img).some((value, i) => value !== (this.#written?.[i] ?? null))
  }

  /**
   * Shows a blank picture instead. Does nothing where the picture is there already, where a `<picture>` chooses it, or
   * where attributes do not say the proportions.
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
   * Shows a picture in place of the blank one. Its density gives it the size that the blank one has by itself; beside a
   * `srcset`, `src` would stand for a density of 1.
   * @param width pixels across the picture
   */
  offer(uri: string, width: number): void {
    if (!this.#blank || !this.isBlank) return
    this.#written = [null, `${uri} ${width / this.#blank.width}x`]
    this.#img.addEventListener('load', this.#blank.onLoad, { once: true })
    write(this.#img, this.#written)
  }

  /** Shows JPEGs that hide detail instead. Does nothing where a `<picture>` chooses. */
  hide(): void {
    const [src, srcset] = sourceOf(this.#img)
    const base = document.baseURI
    this.#replace([src && hidingAddress(src, base), srcset && hidingSrcset(srcset, base)])
  }

  /** The page's own candidates; none where it has no `srcset`. */
  get candidates(): readonly Candidate[] {
    return parseSrcset((this.isHeld ? this.#saved : sourceOf(this.#img))?.[1] ?? '')
  }

  /**
   * Leaves one file as the only candidate of `srcset`, so that the browser requests no other when the picture grows. Its
   * descriptor stays too, because an image without a size of its own takes it from there.
   * @param address of the file. @default the one that is shown
   */
  pin(address = this.#img.currentSrc): void {
    const { candidates } = this
    if (this.isHeld || candidates.length === 0 || !address) return
    const { descriptor = '1x' } = candidates.find((candidate) => candidate.address === address) ?? {}
    this.#replace([sourceOf(this.#img)[0], `${address} ${descriptor}`])
  }

  /** Calls `release` when nothing was painted for too long. */
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
  /** `320w` or `2x`; undefined where there is none. */
  readonly descriptor: string | undefined
}

function parseSrcset(srcset: string): Candidate[] {
  // A comma may stand inside of an address.
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

/** The number in an attribute; 0 where there is none. */
export function attribute(img: HTMLImageElement, name: 'width' | 'height'): number {
  return Number.parseFloat(img.getAttribute(name) ?? '') || 0
}
