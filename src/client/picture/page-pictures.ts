import type { EnhanceOptions } from '../options.ts'
import type { PictureOptions } from './options.ts'
import { Picture } from './picture.ts'

/** The pictures below an element, found as the page adds them and ended as it removes them. */
export class PagePictures {
  readonly #root: ParentNode & Node
  readonly #selector: string
  readonly #options: PictureOptions
  readonly #pictures = new Map<Element, Picture>()
  readonly #viewport: IntersectionObserver
  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const picture = this.#pictures.get(target)
      if (picture) picture.resized()
      // A parent that changes its size may move its pictures.
      else for (const each of this) if (target.contains(each.img)) each.overlay.place()
    }
  })
  readonly #mutations = new MutationObserver(() => this.#update())

  constructor(
    root: ParentNode & Node,
    { selector = 'img', margin = '50%' }: Pick<EnhanceOptions, 'selector' | 'margin'>,
    options: PictureOptions,
  ) {
    this.#root = root
    this.#selector = selector
    this.#options = options
    this.#viewport = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const picture = this.#pictures.get(target)
          if (picture) picture.isNear = isIntersecting
        }
      },
      { rootMargin: margin },
    )
  }

  /** Adopts the present pictures, and from then on those that are added. */
  watch(): void {
    this.#update()
    this.#mutations.observe(this.#root, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['src', 'srcset', 'data-strata'],
    })
  }

  [Symbol.iterator](): Iterator<Picture> {
    return this.#pictures.values()
  }

  /** Lets the picture painted over an image be saved and dragged. */
  offer(img: EventTarget | null): void {
    void this.#pictures.get(img as Element)?.overlay.offer()
  }

  /** Ends all pictures: each is the plain `<img>` again. */
  end(): void {
    this.#mutations.disconnect()
    this.#viewport.disconnect()
    this.#sizes.disconnect()
    for (const picture of this) picture.end()
    this.#pictures.clear()
  }

  /** Adopts new pictures, follows moved ones, and ends those that are gone or have another source. */
  #update(): void {
    for (const [img, picture] of this.#pictures) {
      if (!isWanted(picture.img) || picture.hasOtherSource) this.#release(img, picture)
      else if (picture.overlay.isAstray) this.#observeSize(img)
    }
    const candidates =
      this.#root instanceof HTMLImageElement ? [this.#root] : this.#root.querySelectorAll(this.#selector)
    // All pictures read the layout before the first writes to the document.
    const added = [...candidates].flatMap((img) => this.#adopt(img) ?? [])
    for (const picture of added) picture.start()
  }

  #adopt(img: Element): Picture | undefined {
    if (!(img instanceof HTMLImageElement) || this.#pictures.has(img) || !isWanted(img)) return undefined
    const picture = Picture.adopt(img, this.#options)
    if (!picture) return undefined
    this.#pictures.set(img, picture)
    this.#viewport.observe(img)
    this.#observeSize(img)
    return picture
  }

  /** The observer calls back at once, and then at each change of the image's size and of its parent's. */
  #observeSize(img: Element): void {
    this.#sizes.observe(img.parentElement ?? img)
    this.#sizes.observe(img)
  }

  #release(img: Element, picture: Picture): void {
    this.#pictures.delete(img)
    this.#viewport.unobserve(img)
    this.#sizes.unobserve(img)
    picture.end()
  }
}

function isWanted(img: HTMLImageElement): boolean {
  return img.isConnected && img.dataset.strata !== 'off'
}
