import type { SourceHold } from './source-hold.ts'

/** Quality of JPEGs of pictures that are saved or dragged. */
const QUALITY = 0.95

/** Size of a picture to draw, and whether it may have pixels that are not opaque. */
interface Drawing {
  readonly width: number
  readonly height: number
  readonly alpha?: boolean
}

/**
 * A canvas over the content box of an `<img>`. It is the next sibling of the image, absolutely positioned and
 * transparent to pointer events: nothing on the page moves, and scripts, assistive technology and pointers still reach
 * the image.
 */
export class Overlay {
  readonly #img: HTMLImageElement
  readonly #source: SourceHold | undefined
  #canvas: HTMLCanvasElement | undefined
  #hasAlpha = false
  /** Whether all rows have been drawn. */
  #isWhole = false
  /** The canvas that `offer` was called for. */
  #offered: HTMLCanvasElement | undefined

  /** @param source of the image, which may be a blank picture */
  constructor(img: HTMLImageElement, source?: SourceHold) {
    this.#img = img
    this.#source = source
  }

  /** Whether the canvas is not beside the image, because it is new or the page has moved the image. */
  get isAstray(): boolean {
    return !!this.#canvas && this.#canvas.previousSibling !== this.#img
  }

  /**
   * Makes a canvas for a picture of `width` x `height` pixels. Until it is drawn, it shows the previous picture,
   * enlarged.
   */
  begin({ width, height, alpha = false }: Drawing): void {
    const shown = this.#canvas
    this.#hasAlpha = alpha
    this.#isWhole = false
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    canvas.ariaHidden = 'true'
    if (shown) context(canvas)?.drawImage(shown, 0, 0, width, height)
    this.#canvas = canvas
    discard(shown)
    this.place()
  }

  /** Draws rows of the picture from row `top` on, and frees the bitmap. */
  draw(bitmap: ImageBitmap, top: number): void {
    const target = this.#canvas && context(this.#canvas)
    // The previous picture must not show through.
    target?.clearRect(0, top, bitmap.width, bitmap.height)
    target?.drawImage(bitmap, 0, top)
    this.#isWhole = top + bitmap.height === this.#canvas?.height
    bitmap.close()
  }

  /**
   * Makes the picture the source of an image whose source is blank. Pointers and menus reach the image, so a browser
   * would otherwise save, copy or drag the blank picture. Call it when a pointer is over the image, because encoding
   * takes some time.
   */
  async offer(): Promise<void> {
    const canvas = this.#canvas
    if (!canvas || !this.#isWhole || canvas === this.#offered || !this.#source?.isBlank) return
    this.#offered = canvas
    const uri = await encode(canvas, this.#hasAlpha ? 'image/png' : 'image/jpeg')
    // The picture may have grown or been removed meanwhile.
    if (uri && canvas === this.#canvas) this.#source.offer(uri, canvas.width)
  }

  /** Moves the canvas over the image. It reads the layout, so call it in callbacks of observers. */
  place(): void {
    const canvas = this.#canvas
    if (!canvas) return
    const img = this.#img
    const style = getComputedStyle(img)
    const { objectFit, objectPosition, borderRadius, imageRendering, zIndex, visibility } = style
    const padding = (side: string) => Number.parseFloat(style.getPropertyValue(`padding-${side}`))
    const left = padding('left')
    const top = padding('top')
    // All styles are read before the first is written: a read after a write costs another layout.
    Object.assign(canvas.style, {
      position: 'absolute',
      // These undo what a page's style sheet may say about all canvases.
      inset: 'auto',
      margin: '0',
      padding: '0',
      border: '0',
      maxWidth: 'none',
      maxHeight: 'none',
      pointerEvents: 'none',
      // The canvas is measured at its own position, without an earlier translation.
      translate: 'none',
      width: `${img.clientWidth - left - padding('right')}px`,
      height: `${img.clientHeight - top - padding('bottom')}px`,
      // The canvas is styled like the image.
      ...{ objectFit, objectPosition, borderRadius, imageRendering, zIndex, visibility },
    })
    if (this.isAstray) {
      this.#becomeOffsetParents()
      img.after(canvas)
    }
    const from = canvas.getBoundingClientRect()
    const to = img.getBoundingClientRect()
    // A transform of an ancestor scales rectangles, but not `translate`.
    const scale = to.width / img.offsetWidth || 1
    const x = (to.left - from.left) / scale + img.clientLeft + left
    const y = (to.top - from.top) / scale + img.clientTop + top
    canvas.style.translate = `${x}px ${y}px`
  }

  /**
   * Positions the boxes that clip or scroll the image: a box clips and scrolls an absolutely positioned canvas only if
   * it is positioned itself.
   */
  #becomeOffsetParents(): void {
    const { offsetParent, parentElement } = this.#img
    for (let box = parentElement; box && box !== offsetParent; box = box.parentElement) {
      if (getComputedStyle(box).overflow !== 'visible') box.style.position = 'relative'
    }
  }

  /** Removes the canvas and frees its memory. */
  remove(): void {
    discard(this.#canvas)
    this.#canvas = undefined
  }
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d')
}

/** @returns a data URI that `restore` recognizes as a picture of layers; undefined if the canvas has been emptied */
async function encode(canvas: HTMLCanvasElement, type: string): Promise<string | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY))
  if (!blob) return undefined
  const reader = new FileReader()
  reader.readAsDataURL(new Blob([blob], { type: `${type};strata=layers` }))
  await new Promise((resolve) => reader.addEventListener('loadend', resolve))
  return String(reader.result)
}

/** Frees the pixels of a canvas at once: garbage collection would come later. */
function discard(canvas: HTMLCanvasElement | undefined): void {
  canvas?.remove()
  if (canvas) canvas.width = canvas.height = 0
}
