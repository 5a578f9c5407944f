import { imageAddress } from './address.ts'
import type { Decoder } from './decoder.ts'
import type { Answer } from './messages.ts'
import { announce } from './options.ts'
import { Overlay } from './overlay.ts'
import { paintPlaceholder, placeholderUri } from './placeholder.ts'
import { chooseLayer, type LayerSize, neededWidth } from './plan.ts'
import { attribute, isLoaded, SourceHold } from './source-hold.ts'

/** What all pictures of a page share. */
export interface PictureOptions {
  readonly decoder: Decoder
  readonly replace: boolean
  readonly saveData: boolean
  readonly offlineZoom: boolean
}

/** A layer is chosen when the size has not changed for this long, so that an animation costs one layer, not ten. */
const SETTLE_MS = 120

/** One `<img>`: shows its placeholder, then the layer that its size needs, then a higher layer when it grows. */
export class Picture {
  readonly img: HTMLImageElement
  readonly overlay: Overlay
  readonly #options: PictureOptions
  readonly #source: SourceHold
  /** Address of the image without size and format. */
  readonly #image: string
  /** Defined while a placeholder is painted behind the picture, by us or by the page's author. */
  #clearPlaceholder: (() => unknown) | undefined
  /** Known since the first answer. */
  #layers: readonly LayerSize[] | undefined
  /** The highest layer that is painted as a whole; -1: none. */
  #painted = -1
  /** The layer that is being fetched or decoded, otherwise `#painted`. */
  #requested = -1
  #cancel: (() => void) | undefined
  #settling: ReturnType<typeof setTimeout> | undefined
  #isNear = false
  #ended = false

  /**
   * Only reads the document, so that a page of pictures is laid out once and not between any two of them.
   * @returns undefined for an image that does not come from a Strata CDN
   */
  static adopt(img: HTMLImageElement, options: PictureOptions): Picture | undefined {
    const image = imageAddress(img.currentSrc || img.src, document.baseURI)
    return image === undefined ? undefined : new Picture(img, image, options)
  }

  private constructor(img: HTMLImageElement, image: string, options: PictureOptions) {
    this.img = img
    this.#image = image
    this.#options = options
    this.overlay = new Overlay(img)
    this.#source = new SourceHold(img)
    if (getComputedStyle(img).backgroundImage !== 'none') this.#clearPlaceholder = () => undefined
    options.decoder.retain()
  }

  /** Whether the picture is not decoded from layers, but loads as a JPEG that `restore` enlarges. */
  get isRestorable(): boolean {
    const { offlineZoom, saveData } = this.#options
    return (offlineZoom || this.img.dataset.strata === 'zoom') && !saveData
  }

  /** Shows the placeholder, and keeps the plain picture from loading. */
  start(): void {
    const { replace, decoder } = this.#options
    if (this.isRestorable) {
      this.#ended = true
      this.#source.hide()
      return
    }
    const uri = placeholderUri(this.img.dataset.placeholder)
    if (uri && this.#isEmpty) this.#showPlaceholder(uri)
    if (replace && !decoder.unusable) this.#source.hold(() => this.#update())
  }

  /** Whether the image is near the viewport; only then anything is decoded. */
  set isNear(isNear: boolean) {
    this.#isNear = isNear
    if (isNear) this.resized()
  }

  /** To be called when the box of the image, the zoom or the screen has changed. */
  resized(): void {
    this.overlay.place()
    this.#settle()
  }

  #settle(): void {
    clearTimeout(this.#settling)
    // The first picture does not wait.
    if (this.#requested < 0) this.#update()
    else this.#settling = setTimeout(() => this.#update(), SETTLE_MS)
  }

  /** Whether the page has given the element another source. */
  get hasOtherSource(): boolean {
    if (this.#source.isHeld) return this.#source.isOverwritten
    return imageAddress(this.img.src, document.baseURI) !== this.#image
  }

  /** Restores the plain `<img>` and frees all memory. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#settling)
    this.#cancel?.()
    this.overlay.remove()
    this.#clearPlaceholder?.()
    this.#source.release()
    this.#options.decoder.forget(this.#image)
    this.#options.decoder.release()
  }

  /** Requests the layer that the size needs now, unless it or a higher one is here or on its way. */
  #update(): void {
    const { decoder, saveData } = this.#options
    if (decoder.unusable) this.#source.release()
    if (decoder.unusable || this.#ended || !this.#isNear) return
    const width = this.#neededWidth()
    // Until the blank picture has loaded, an image may have the size of its alternative text.
    if (width === 0 || (this.#source.isHeld && !isLoaded(this.img))) return
    if (this.#layers) {
      const layer = chooseLayer(this.#layers, width, saveData)
      if (layer <= Math.max(this.#painted, this.#requested)) return
      this.#requested = layer
    } else if (this.#requested >= 0) {
      // The first answer will say which layers there are; `#receive` calls this again then.
      return
    } else {
      this.#requested = 0
    }
    this.#cancel?.()
    const request = {
      type: 'show',
      image: this.#image,
      width,
      saveData,
      placeholder: this.#isEmpty,
      covers: !this.#source.isHeld,
    } as const
    this.#cancel = decoder.request(this.#image, request, (answer) => this.#receive(answer))
  }

  /** In device pixels. */
  #neededWidth(): number {
    const { img } = this
    const style = getComputedStyle(img)
    const box = { width: img.clientWidth, height: img.clientHeight }
    const picture = this.#layers?.at(-1) ?? {
      width: attribute(img, 'width'),
      height: attribute(img, 'height'),
    }
    const zoom = visualViewport?.scale ?? 1
    return neededWidth(box, picture, style.objectFit, devicePixelRatio * zoom)
  }

  #receive(answer: Answer): void {
    const { img } = this
    if (answer.type === 'placeholder') {
      if (this.#isEmpty) this.#showPlaceholder(answer.uri)
    } else if (answer.type === 'begin') {
      const { layer, layers, transfer } = answer
      const { width, height } = layers[layer]!
      this.#layers = layers
      this.#requested = layer
      this.overlay.begin(width, height)
      announce(img, { type: 'begin', layer, width, height, ...transfer })
      // The size may need another layer than the one that was requested before the layers were known.
      this.#settle()
    } else if (answer.type === 'strip') {
      this.overlay.draw(answer.bitmap, answer.top)
    } else if (answer.type === 'end') {
      this.#cancel = undefined
      this.#painted = this.#requested
      this.#clearPlaceholder?.()
      const { width, height } = this.#layers![this.#painted]!
      announce(img, { type: 'painted', layer: this.#painted, width, height })
    } else if (answer.type === 'failed') this.#fail(answer)
  }

  #fail({ code, message }: { readonly code: string; readonly message: string }): void {
    this.#cancel = undefined
    if (this.#painted < 0) {
      // Nothing was ever painted: another request at each change of size would only fail again.
      this.#ended = true
      this.overlay.remove()
      this.#source.release()
      this.img.addEventListener('load', () => this.#clearPlaceholder?.())
    }
    // A higher layer that failed may be requested again at the next change of size.
    this.#requested = this.#painted
    announce(this.img, { type: 'failed', code, message })
  }

  /** Whether there is nothing to see yet, not even a placeholder. */
  get #isEmpty(): boolean {
    const isShown = !this.#source.isHeld && isLoaded(this.img)
    return this.#painted < 0 && !this.#clearPlaceholder && !isShown
  }

  #showPlaceholder(uri: string): void {
    this.#clearPlaceholder = paintPlaceholder(this.img, uri)
    announce(this.img, { type: 'placeholder' })
  }
}
