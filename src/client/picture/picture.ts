import { imageAddress } from '../address/address.ts'
import type { Answer, Failure, SentLayer } from '../messages.ts'
import { announce } from '../options.ts'
import { neededWidthOf, PlainFile, visibleArea } from '../plain/plain-file.ts'
import { chooseLayer } from '../plan.ts'
import type { PictureOptions } from './options.ts'
import { Overlay } from './overlay.ts'
import { Placeholder, placeholderUri } from './placeholder.ts'
import { isLoaded, SourceHold } from './source-hold.ts'

/** A layer is chosen when the size has not changed for this long, so that an animation costs one layer, not ten. */
const SETTLE_MS = 120

/** One `<img>`: shows its plain file or placeholder, then the layer that its size needs, then a higher layer when it grows. */
export class Picture {
  readonly img: HTMLImageElement
  readonly overlay: Overlay
  readonly plain: PlainFile
  readonly #options: PictureOptions
  readonly #source: SourceHold
  /** Address of the image without size and format. */
  readonly #image: string
  /** Whether the plain file shows until the picture grows. */
  #isPlainFirst: boolean
  readonly #placeholder: Placeholder
  /** Known since the first answer. */
  #layers: readonly SentLayer[] | undefined
  /** Number of the highest layer that is completely painted; -1 for none. */
  #painted = -1
  /** Number of the layer that is being fetched or decoded, else `#painted`. */
  #requested = -1
  #cancel: (() => void) | undefined
  #settling: ReturnType<typeof setTimeout> | undefined
  #isNear = false
  #ended = false

  /**
   * Only reads the document, so that adopting many pictures causes one layout.
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
    this.#isPlainFirst = options.replace === 'later'
    this.#source = new SourceHold(img)
    this.overlay = new Overlay(img, this.#source)
    this.plain = new PlainFile(img, this.#source)
    this.#placeholder = new Placeholder(img)
    options.decoder.retain()
  }

  /** Whether the picture loads as a JPEG that `restore` enlarges, instead of being decoded from layers. */
  get isRestorable(): boolean {
    const { offlineZoom, saveData } = this.#options
    return (offlineZoom || this.img.dataset.strata === 'zoom') && !saveData
  }

  /** Shows the placeholder, and prevents the plain picture from loading if layers always replace it. */
  start(): void {
    const { decoder } = this.#options
    if (this.isRestorable) {
      this.#ended = true
      this.#source.hide()
      return
    }
    const uri = placeholderUri(this.img.dataset.placeholder)
    if (uri && this.#isEmpty) this.#placeholder.show(uri)
    if (this.#isPlainFirst && isLoaded(this.img)) this.#plainShown()
    else if (this.#isPlainFirst) this.img.addEventListener('load', () => this.#plainShown(), { once: true })
    else if (!decoder.unusable) this.#source.hold(() => this.#update())
  }

  /** Whether the image is near the viewport; only then it is decoded. */
  set isNear(isNear: boolean) {
    this.#isNear = isNear
    if (isNear) this.resized()
    else this.#stop()
  }

  get isNear(): boolean {
    return this.#isNear
  }

  /** To be called when the decoder is ready: from now on the library decides what is loaded when the picture grows. */
  warmed(): void {
    if (!this.#isPlainFirst || this.#ended || !isLoaded(this.img)) return
    this.#source.pin()
    this.resized()
  }

  /** To be called when the box of the image, the zoom or the screen has changed. */
  resized(): void {
    this.overlay.place()
    this.#settle()
  }

  /** Frees the canvas. */
  drop(): void {
    this.#stop()
    this.#options.budget.free(this)
    this.overlay.remove()
    this.#painted = this.#requested = -1
  }

  #settle(): void {
    clearTimeout(this.#settling)
    // The first picture does not wait.
    if (this.#requested < 0 && !this.#isPlainFirst) this.#update()
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
    this.#showPlain()
    this.#placeholder.clear()
    this.#options.decoder.forget(this.#image)
    this.#options.decoder.release()
  }

  /** Requests the layer for the current size, unless it or a higher one is painted or requested. */
  #update(): void {
    const { decoder, saveData } = this.#options
    if (decoder.unusable) this.#source.release()
    if (decoder.unusable || this.#ended || !this.#isNear) return
    const width = neededWidthOf(this.img, this.#layers?.at(-1))
    // Until the blank picture has loaded, an image may have the size of its alternative text.
    if (width === 0 || (this.#source.isHeld && !isLoaded(this.img))) return
    const layer = this.#layers ? chooseLayer(this.#layers, width, saveData) : 0
    // The first answer lists the layers, and `#receive` then calls this again.
    if (layer <= Math.max(this.#painted, this.#requested)) return
    if (this.#isPlainFirst && !this.#wantsLayers(width, layer)) return
    this.#requested = layer
    this.#cancel?.()
    if (this.#painted < 0) this.#source.releaseLater()
    const above = this.#isPlainFirst && this.#painted < 0 && this.plain.isWidest ? this.plain.width : 0
    const covers = !this.#source.isHeld
    const request = { type: 'show', image: this.#image, width, saveData, covers, above } as const
    this.#cancel = decoder.request(
      this.#image,
      { ...request, placeholder: this.#isEmpty },
      (answer) => this.#receive(answer),
      { area: visibleArea(this.img), ...this.plain.cost({ width, wanted: this.#layers?.[layer] }) },
    )
  }

  /** If the plain file is too small: whether layers are better. Otherwise the browser loads a larger file. */
  #wantsLayers(width: number, layer: number): boolean {
    const { decoder } = this.#options
    if (!decoder.isWarm && this.#painted < 0) return false
    const [here, wanted] = [this.#layers?.[this.#painted], this.#layers?.[layer]]
    return this.plain.wantsLayers({ width, here, wanted }, decoder, () => {
      this.drop()
      this.warmed()
    })
  }

  #receive(answer: Answer): void {
    const { img } = this
    if (answer.type === 'placeholder') {
      if (this.#isEmpty) this.#placeholder.show(answer.uri)
    } else if (answer.type === 'begin') {
      const { layer, layers, transfer } = answer
      const { width, height } = layers[layer]!
      this.#layers = layers
      this.#requested = layer
      if (!this.#options.budget.take(this, width, height)) {
        this.#cancel?.()
        this.#fail({ code: 'INPUT_TOO_LARGE', message: 'no room for its canvas', limit: 'memory' })
        return
      }
      this.overlay.begin(layers[layer]!)
      announce(img, { type: 'begin', layer, width, height, ...transfer })
      // The size may need another layer than the one that was requested before the layers were known.
      this.#settle()
    } else if (answer.type === 'strip') {
      this.overlay.draw(answer.bitmap, answer.top)
    } else if (answer.type === 'end') {
      this.#cancel = undefined
      // The file has no layer that is larger than the plain file.
      if (!this.#layers) this.#ended = true
      else this.#paintedAll(this.#layers)
    } else if (answer.type === 'failed') this.#fail(answer)
  }

  #paintedAll(layers: readonly SentLayer[]): void {
    this.#source.keep()
    this.#painted = this.#requested
    this.#placeholder.clear()
    const { width, height } = layers[this.#painted]!
    announce(this.img, { type: 'painted', layer: this.#painted, width, height })
  }

  #fail({ code, message, limit }: Failure): void {
    this.#cancel = undefined
    // Offline, the browser cannot load a larger plain file either: the small one stays.
    const isOffline = code === 'ORIGIN_FAILED' && this.#isPlainFirst
    if ((this.#painted < 0 && !isOffline) || limit) {
      // Further requests would only fail again; those for a higher layer may succeed.
      this.#ended = true
      this.#painted = -1
      this.#showPlain()
    }
    this.#requested = this.#painted
    announce(this.img, { type: 'failed', code, message, ...(limit && { limit }) })
  }

  /** Cancels the layer that is not painted yet. */
  #stop(): void {
    if (this.#requested === this.#painted) return
    this.#source.keep()
    this.#cancel?.()
    this.#cancel = undefined
    this.#requested = this.#painted
    if (this.#painted < 0) this.overlay.remove()
  }

  #showPlain(): void {
    this.#options.budget.free(this)
    this.overlay.remove()
    this.#source.release()
  }

  #plainShown(): void {
    const { decoder, onPlain } = this.#options
    this.#placeholder.clear()
    if (decoder.isWarm) this.warmed()
    onPlain()
  }

  /** Whether nothing is visible yet, not even a placeholder. */
  get #isEmpty(): boolean {
    const isShown = !this.#source.isHeld && isLoaded(this.img)
    return this.#painted < 0 && !this.#placeholder.isShown && !isShown
  }
}
