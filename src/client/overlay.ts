/**
 * A canvas over the content box of an `<img>`: beside it in the document, out of the flow and untouched by the pointer, so
 * that nothing around it moves and the image stays what pages, assistive technology and pointers see.
 */
export class Overlay {
  readonly #img: HTMLImageElement
  #canvas: HTMLCanvasElement | undefined
  /** Where the canvas lies from where it would lie by itself. */
  #offset = [0, 0]

  constructor(img: HTMLImageElement) {
    this.#img = img
  }

  /** A picture of this size is to come; what is shown until now is enlarged to it meanwhile. */
  begin(width: number, height: number): void {
    const shown = this.#canvas
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    canvas.ariaHidden = 'true'
    if (shown) context(canvas)?.drawImage(shown, 0, 0, width, height)
    this.#canvas = canvas
    this.#hold()
    shown?.remove()
    free(shown)
    this.place()
  }

  /** What clips or scrolls the image has to hold the canvas as well, which it does not while it is `static`. */
  #hold(): void {
    const { offsetParent, parentElement } = this.#img
    for (let box = parentElement; box && box !== offsetParent; box = box.parentElement) {
      if (getComputedStyle(box).overflow !== 'visible') box.style.position = 'relative'
    }
  }

  draw(bitmap: ImageBitmap, top: number): void {
    if (this.#canvas) context(this.#canvas)?.drawImage(bitmap, 0, top)
    bitmap.close()
  }

  /** Follows the image. Measures: to be called where layout is known, in an observer's callback. */
  place(): void {
    const canvas = this.#canvas
    if (!canvas) return
    const img = this.#img
    const style = getComputedStyle(img)
    const { objectFit, objectPosition, borderRadius, imageRendering, zIndex, visibility } = style
    const padding = (side: string) => Number.parseFloat(style.getPropertyValue(`padding-${side}`)) || 0
    const [left, top] = [padding('left'), padding('top')]
    // All is read before the first thing is written: each change of turns is another layout.
    Object.assign(canvas.style, {
      position: 'absolute',
      // Nothing that a page says of canvases in general.
      inset: 'auto',
      margin: '0',
      padding: '0',
      border: '0',
      maxWidth: 'none',
      maxHeight: 'none',
      pointerEvents: 'none',
      width: `${img.clientWidth - left - padding('right')}px`,
      height: `${img.clientHeight - top - padding('bottom')}px`,
      // What the image's box and the picture in it look like, the canvas has to look like as well.
      ...{ objectFit, objectPosition, borderRadius, imageRendering, zIndex, visibility },
    })
    if (canvas.previousSibling !== img) img.after(canvas)
    const [from, to] = [canvas.getBoundingClientRect(), img.getBoundingClientRect()]
    // Rectangles are scaled where something around is; the offset is not.
    const scale = to.width / img.offsetWidth || 1
    const [x = 0, y = 0] = this.#offset
    this.#offset = [
      x + (to.left - from.left) / scale + img.clientLeft + left,
      y + (to.top - from.top) / scale + img.clientTop + top,
    ]
    canvas.style.translate = this.#offset.map((value) => `${value}px`).join(' ')
  }

  /** Takes the canvas away and gives its memory back. */
  remove(): void {
    this.#canvas?.remove()
    free(this.#canvas)
    this.#canvas = undefined
    this.#offset = [0, 0]
  }
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d')
}

/** A canvas without pixels has no store; garbage collection would come later. */
function free(canvas: HTMLCanvasElement | undefined): void {
  if (canvas) canvas.width = canvas.height = 0
}
