import { imageAddress } from './address.ts'
import type { Decoder } from './decoder.ts'
import type { Answer } from './messages.ts'
import { announce } from './options.ts'
import { Overlay } from './overlay.ts'
import { paintPlaceholder, placeholderUri } from './placeholder.ts'
import { chooseLayer, type LayerSize, neededWidth } from './plan.ts'

/** What all pictures of a page share. */
export interface PictureOptions {
  readonly decoder: Decoder
  readonly replace: boolean
  readonly saveData: boolean
}

/** Size is asked for again when it has stayed the same for so long: an animation is not followed step by step. */
const SETTLE_MS = 120
const ATTRIBUTES = ['src', 'srcset'] as const

/** One `<img>`: shows its placeholder, then the layer that its size needs, a higher one when it grows. */
export class Picture {
  readonly img: HTMLImageElement
  readonly #options: PictureOptions
  readonly #overlay: Overlay
  readonly #image: string
  /** What `src` and `srcset` were before they were kept from loading. */
  #kept: (string | null)[] | undefined
  /** What took their place. The page may change the attributes that it was made from. */
  #blank = ''
  /** Set while something is painted behind the picture, by us or by its author. */
  #clearPlaceholder: (() => unknown) | undefined
  #layers: readonly LayerSize[] | undefined
  /** Highest layer that is painted as a whole, and that which is being fetched or decoded. */
  #shown = -1
  #asked = -1
  #cancel: (() => void) | undefined
  #settling: ReturnType<typeof setTimeout> | undefined
  #near = false
  #ended = false

  /**
   * Only reads: so that a page of pictures is laid out once, and not between any two of them.
   * @returns undefined for an image that is not of a Strata CDN
   */
  static adopt(img: HTMLImageElement, options: PictureOptions): Picture | undefined {
    const image = imageAddress(img.currentSrc || img.src, document.baseURI)
    return image === undefined ? undefined : new Picture(img, image, options)
  }

  private constructor(img: HTMLImageElement, image: string, options: PictureOptions) {
    this.img = img
    this.#image = image
    this.#options = options
    this.#overlay = new Overlay(img)
    if (getComputedStyle(img).backgroundImage !== 'none') this.#clearPlaceholder = () => undefined
    options.decoder.retain()
  }

  /** Shows the placeholder, and keeps the JPEG from loading. */
  start(): void {
    const uri = placeholderUri(this.img.dataset.placeholder)
    if (uri && this.#lacksPicture) this.#showPlaceholder(uri)
    if (this.#options.replace) this.#keepFromLoading()
  }

  /** It came near the viewport, or went away from it. */
  set near(near: boolean) {
    this.#near = near
    if (near) this.resized()
  }

  /** Its box, the zoom or the screen changed. */
  resized(): void {
    this.#overlay.place()
    this.#settle()
  }

  #settle(): void {
    clearTimeout(this.#settling)
    // The first picture does not wait.
    if (this.#asked < 0) this.#update()
    else this.#settling = setTimeout(() => this.#update(), SETTLE_MS)
  }

  place(): void {
    this.#overlay.place()
  }

  /** Whether the page has given the element another picture since. */
  get isOther(): boolean {
    const [src] = this.#kept ?? []
    if (src === undefined) return imageAddress(this.img.src, document.baseURI) !== this.#image
    return this.img.getAttribute('src') !== this.#blank || this.img.hasAttribute('srcset')
  }

  /** Gives everything back: the canvas, the memory, the plain `<img>`. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#settling)
    this.#cancel?.()
    this.#overlay.remove()
    this.#clearPlaceholder?.()
    this.#giveBack()
    this.#options.decoder.forget(this.#image)
    this.#options.decoder.release()
  }

  #update(): void {
    const { decoder, saveData } = this.#options
    if (decoder.unusable) this.#giveBack()
    if (decoder.unusable || this.#ended || !this.#near) return
    const width = this.#neededWidth()
    // Before the picture in place of the JPEG has loaded, an image may have the size of its text.
    if (width === 0 || (this.#kept && !isLoaded(this.img))) return
    if (this.#layers) {
      const layer = chooseLayer(this.#layers, width, saveData)
      if (layer <= Math.max(this.#shown, this.#asked)) return
      this.#asked = layer
    } else if (this.#asked >= 0) {
      // The first answer says which layers there are, and then this is asked again.
      return
    } else {
      this.#asked = 0
    }
    this.#cancel?.()
    const placeholder = this.#lacksPicture
    const ask = { type: 'show', image: this.#image, width, saveData, placeholder } as const
    this.#cancel = decoder.ask(this.#image, ask, (answer) => this.#take(answer))
  }

  #neededWidth(): number {
    const { img } = this
    const style = getComputedStyle(img)
    const box = { width: img.clientWidth, height: img.clientHeight }
    const picture = this.#layers?.at(-1) ?? {
      width: attribute(img, 'width'),
      height: attribute(img, 'height'),
    }
    const zoom = globalThis.visualViewport?.scale ?? 1
    return neededWidth(box, picture, style.objectFit, devicePixelRatio * zoom)
  }

  #take(answer: Answer): void {
    const { img } = this
    if (answer.type === 'placeholder') {
      if (this.#lacksPicture) this.#showPlaceholder(answer.uri)
    } else if (answer.type === 'begin') {
      const { layer, layers, transfer } = answer
      const { width, height } = layers[layer]!
      const isFirst = this.#layers === undefined
      this.#layers = layers
      this.#asked = layer
      this.#overlay.begin(width, height)
      announce(img, { type: 'begin', layer, width, height, ...transfer })
      if (isFirst) this.#settle()
    } else if (answer.type === 'strip') {
      this.#overlay.draw(answer.bitmap, answer.top)
    } else if (answer.type === 'end') {
      this.#cancel = undefined
      this.#shown = this.#asked
      this.#clearPlaceholder?.()
      const { width, height } = this.#layers![this.#shown]!
      announce(img, { type: 'painted', layer: this.#shown, width, height })
    } else if (answer.type === 'failed') {
      this.#fail(answer)
    }
  }

  #fail({ code, message }: { readonly code: string; readonly message: string }): void {
    this.#cancel = undefined
    if (this.#shown < 0) {
      // For good: asking again at each change of size would only fail again.
      this.#ended = true
      this.#overlay.remove()
      this.#giveBack()
    }
    // A larger layer that failed may be asked for again, when the size changes next.
    this.#asked = this.#shown
    announce(this.img, { type: 'failed', code, message })
  }

  /** Whether there is nothing to see yet, not even a placeholder. */
  get #lacksPicture(): boolean {
    const hasJpeg = this.#kept === undefined && isLoaded(this.img)
    return this.#shown < 0 && !this.#clearPlaceholder && !hasJpeg
  }

  #showPlaceholder(uri: string): void {
    this.#clearPlaceholder = paintPlaceholder(this.img, uri)
    announce(this.img, { type: 'placeholder' })
  }

  /** In place of the JPEG a picture of its proportions without any content: the layout stays, the load event comes. */
  #keepFromLoading(): void {
    const { img } = this
    const inPicture = img.parentElement?.localName === 'picture'
    if (isLoaded(img) || inPicture || !attribute(img, 'width') || !attribute(img, 'height')) return
    if (this.#options.decoder.unusable) return
    this.#kept = ATTRIBUTES.map((name) => img.getAttribute(name))
    img.addEventListener('load', () => this.#update(), { once: true })
    // A policy may allow no data URIs.
    img.addEventListener('error', () => this.#giveBack(), { once: true })
    img.removeAttribute('srcset')
    this.#blank = blank(img)
    img.src = this.#blank
  }

  #giveBack(): void {
    const { img } = this
    const kept = this.#kept
    this.#kept = undefined
    if (!kept || img.getAttribute('src') !== this.#blank) return
    ATTRIBUTES.forEach((name, i) => {
      const value = kept[i]
      if (typeof value === 'string') img.setAttribute(name, value)
      else img.removeAttribute(name)
    })
  }
}

function isLoaded(img: HTMLImageElement): boolean {
  return img.complete && img.naturalWidth > 0
}

function attribute(img: HTMLImageElement, name: 'width' | 'height'): number {
  return Number.parseInt(img.getAttribute(name) ?? '', 10) || 0
}

function blank(img: HTMLImageElement): string {
  const [width, height] = [attribute(img, 'width'), attribute(img, 'height')]
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`
}
