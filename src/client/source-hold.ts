import { hidingAddress, hidingSrcset } from './address.ts'

/**
 * Keeps an `<img>` from loading what the page wrote. Until `release` its source is either a blank picture of the same
 * proportions (`hold`), so that the layout stays and the load event comes; or JPEGs that hide detail (`hide`).
 */
export class SourceHold {
  readonly #img: HTMLImageElement
  /** `src` and `srcset` as the page wrote them. */
  #saved: Source | undefined
  /** What was written over them; undefined while they are the page's own. */
  #written: Source | undefined

  constructor(img: HTMLImageElement) {
    this.#img = img
  }

  /** Whether the source is not the page's own. */
  get isHeld(): boolean {
    return this.#written !== undefined
  }

  /** Whether the page has written another source over ours. */
  get isOverwritten(): boolean {
    return sourceOf(this.#img).join(' ') !== this.#written?.join(' ')
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
    if (this.#replace([blank, null])) img.addEventListener('load', onLoad, { once: true })
  }

  /** Shows JPEGs that hide detail instead. Does nothing where a `<picture>` chooses. */
  hide(): void {
    const [src, srcset] = sourceOf(this.#img)
    const base = document.baseURI
    this.#replace([src && hidingAddress(src, base), srcset && hidingSrcset(srcset, base)])
  }

  /** Writes the page's own attributes back, unless the page has changed them since. */
  release(): void {
    if (this.isHeld && !this.isOverwritten) write(this.#img, this.#saved!)
    this.#written = undefined
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
