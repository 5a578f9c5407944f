/**
 * Keeps an `<img>` from loading its JPEG: until `release`, its source is a blank picture of the same proportions, so
 * that the layout stays and the load event comes.
 */
export class SourceHold {
  readonly #img: HTMLImageElement
  /** `src` and `srcset` as the page wrote them. */
  #saved: [name: string, value: string | null][] = []
  /** Address of the blank picture, while it is the source. */
  #blank = ''

  constructor(img: HTMLImageElement) {
    this.#img = img
  }

  get isHeld(): boolean {
    return this.#blank !== ''
  }

  /** Whether the page has written another source over the blank picture. */
  get isOverwritten(): boolean {
    return this.#img.getAttribute('src') !== this.#blank || this.#img.hasAttribute('srcset')
  }

  /**
   * Does nothing where the JPEG is there already, where a `<picture>` chooses it, or where attributes do not say the
   * proportions.
   * @param onLoad called when the blank picture is laid out
   */
  hold(onLoad: () => void): void {
    const img = this.#img
    const width = attribute(img, 'width')
    const height = attribute(img, 'height')
    if (isLoaded(img) || img.parentElement?.localName === 'picture' || !width || !height) return
    this.#saved = ['src', 'srcset'].map((name) => [name, img.getAttribute(name)])
    img.addEventListener('load', onLoad, { once: true })
    // The page's Content-Security-Policy may forbid data URIs.
    img.addEventListener('error', () => this.release(), { once: true })
    img.removeAttribute('srcset')
    this.#blank = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`
    img.src = this.#blank
  }

  /** Writes the page's own attributes back, unless the page has changed them since. */
  release(): void {
    const img = this.#img
    const blank = this.#blank
    this.#blank = ''
    if (!blank || img.getAttribute('src') !== blank) return
    img.removeAttribute('src')
    for (const [name, value] of this.#saved) if (value !== null) img.setAttribute(name, value)
  }
}

export function isLoaded(img: HTMLImageElement): boolean {
  return img.complete && img.naturalWidth > 0
}

/** The number in an attribute; 0 where there is none. */
export function attribute(img: HTMLImageElement, name: 'width' | 'height'): number {
  return Number.parseFloat(img.getAttribute(name) ?? '') || 0
}
