import { CanvasBudget } from './canvas-budget.ts'
import { decoderFor } from './decoder.ts'
import { connection } from './link.ts'
import type { EnhanceOptions } from './options.ts'
import { Picture } from './picture.ts'
import type { PictureOptions } from './picture-options.ts'
import { Readiness, whenLoaded } from './plain/readiness.ts'

/** What `enhance` started. */
export interface Enhancement {
  /** Whether layers pay on this page, once that is known and the decoder is ready. */
  readonly ready: Promise<boolean>
  /** Ends it: every image is the plain `<img>` again, and all memory is freed. */
  stop(): void
}

/**
 * Decodes pictures below `root` in the browser where that is better than what the browser does alone. First all show the
 * plain files that the page names. When the page has loaded and is idle, the decoder is loaded, where it pays (`weigh`).
 * From then on a picture that grows gets the missing bytes of layers, where those are fewer than a larger file's and are
 * painted about as soon; otherwise the browser loads its next candidate. With `replace: 'always'` no plain file is loaded.
 * Pictures added later are found, and the memory of removed pictures is freed. Where anything fails, the plain `<img>`
 * shows. Each picture reports what it does in events of type `strata` (`StrataDetail`).
 *
 * @param root an element, or one `<img>`. @default the document
 * @example
 * import { enhance } from 'strata-cdn/client'
 * enhance()
 */
export function enhance(root: ParentNode & Node = document, options: EnhanceOptions = {}): Enhancement {
  const decoder = decoderFor(options)
  if (decoder.unusable) return { ready: Promise.resolve(false), stop: () => undefined }
  const shared: PictureOptions = {
    decoder,
    budget: new CanvasBudget(),
    replace: options.replace ?? 'later',
    saveData: options.saveData ?? connection()?.saveData ?? false,
    offlineZoom: options.offlineZoom ?? false,
    onPlain: () => readiness.consider(),
  }
  const selector = options.selector ?? 'img'
  const pictures = new Map<Element, Picture>()
  const readiness = new Readiness(decoder, shared, () => pictures.values())

  const viewport = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const picture = pictures.get(target)
        if (picture) picture.isNear = isIntersecting
      }
    },
    { rootMargin: options.margin ?? '50%' },
  )
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const picture = pictures.get(target)
      if (picture) picture.resized()
      // A parent that changes its size may move its pictures.
      else for (const each of pictures.values()) if (target.contains(each.img)) each.overlay.place()
    }
  })
  const mutations = new MutationObserver(update)
  const resizeAll = () => {
    for (const picture of pictures.values()) picture.resized()
  }
  // What is under the pointer may be saved or dragged next.
  const offer = ({ target }: Event) => void pictures.get(target as Element)?.overlay.offer()
  const offerLarger = (event: Event) => {
    if ((event.target as Element).matches(':hover')) offer(event)
  }
  root.addEventListener('pointerover', offer)
  root.addEventListener('strata', offerLarger)
  const stopDensity = watchDensity(resizeAll)
  visualViewport?.addEventListener('resize', resizeAll)

  let isStopped = false
  // What the library does to pictures before they load must be done at once; all else would only keep the page waiting.
  const isAtOnce =
    shared.replace === 'always' || shared.offlineZoom || root.querySelector('[data-strata=zoom]')
  if (isAtOnce) begin()
  else whenLoaded(begin)
  return {
    ready: readiness.ready,
    stop() {
      isStopped = true
      readiness.stop()
      mutations.disconnect()
      viewport.disconnect()
      sizes.disconnect()
      root.removeEventListener('pointerover', offer)
      root.removeEventListener('strata', offerLarger)
      stopDensity()
      visualViewport?.removeEventListener('resize', resizeAll)
      for (const picture of pictures.values()) picture.end()
      pictures.clear()
    },
  }

  function begin(): void {
    if (isStopped) return
    update()
    mutations.observe(root, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['src', 'srcset', 'data-strata'],
    })
    readiness.consider()
  }

  /** Adopts new pictures, follows moved ones, and ends those that are gone or have another source. */
  function update(): void {
    for (const [img, picture] of pictures) {
      if (!isWanted(picture.img) || picture.hasOtherSource) release(img, picture)
      else if (picture.overlay.isAstray) observeSize(img)
    }
    const added: Picture[] = []
    const candidates = root instanceof HTMLImageElement ? [root] : root.querySelectorAll(selector)
    for (const img of candidates) {
      if (!(img instanceof HTMLImageElement) || pictures.has(img) || !isWanted(img)) continue
      const picture = Picture.adopt(img, shared)
      if (!picture) continue
      pictures.set(img, picture)
      added.push(picture)
      viewport.observe(img)
      observeSize(img)
    }
    for (const picture of added) picture.start()
  }

  /** The observer calls back at once, and then at each change of the image's size and of its parent's. */
  function observeSize(img: Element): void {
    sizes.observe(img.parentElement ?? img)
    sizes.observe(img)
  }

  function isWanted(img: HTMLImageElement): boolean {
    return img.isConnected && img.dataset.strata !== 'off'
  }

  function release(img: Element, picture: Picture): void {
    pictures.delete(img)
    viewport.unobserve(img)
    sizes.unobserve(img)
    picture.end()
  }
}

/**
 * Calls back whenever the number of device pixels per CSS pixel changes. A media query tells of one change only: it
 * names the density of now.
 * @returns stops
 */
function watchDensity(callback: () => void): () => void {
  let query: MediaQueryList
  const changed = () => {
    callback()
    watch()
  }
  const watch = () => {
    query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    query.addEventListener('change', changed, { once: true })
  }
  watch()
  return () => query.removeEventListener('change', changed)
}
