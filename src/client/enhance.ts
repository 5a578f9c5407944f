import { whenIdle } from './idle.ts'
import type { EnhanceOptions } from './options.ts'
import { Picture, type PictureOptions } from './picture.ts'
import { decoderFor } from './shared.ts'

/** What `enhance` started. */
export interface Enhancement {
  /** Ends it: every image is the plain `<img>` again, and memory is given back. */
  stop(): void
}

/**
 * Decodes the pictures below `root` here instead of showing their JPEGs: each shows its placeholder first, then the layer
 * that its size in device pixels needs, and a higher one, by the missing bytes alone, when it grows. Pictures that come
 * later are found; pictures that go give their memory back. Where anything fails the plain `<img>` shows. Each says what
 * it does in events of type `strata` (`StrataDetail`).
 *
 * @param root an element, or one `<img>`. @default the document
 * @example
 * import { enhance } from 'strata-cdn/client'
 * enhance()
 */
export function enhance(root: ParentNode & Node = document, options: EnhanceOptions = {}): Enhancement {
  const decoder = decoderFor(options)
  if (decoder.unusable) return { stop: () => undefined }
  const shared: PictureOptions = {
    decoder,
    replace: options.replace ?? true,
    saveData: options.saveData ?? savesData(),
  }
  const selector = options.selector ?? 'img'
  const pictures = new Map<Element, Picture>()

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const picture = pictures.get(target)
        if (picture) picture.near = isIntersecting
      }
    },
    { rootMargin: options.margin ?? '50%' },
  )
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const picture = pictures.get(target)
      if (picture) picture.resized()
      // What is around a picture moves it.
      else for (const each of pictures.values()) if (target.contains(each.img)) each.place()
    }
  })
  const changes = new MutationObserver(look)
  const resized = () => {
    for (const picture of pictures.values()) picture.resized()
  }
  const stopDensity = watchDensity(resized)
  globalThis.visualViewport?.addEventListener('resize', resized)

  look()
  changes.observe(root, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['src', 'srcset', 'data-strata'],
  })
  if (!shared.saveData && pictures.size > 0) {
    whenIdle(() => void decoder.ask('', { type: 'warm', restore: false }, () => undefined))
  }
  return {
    stop() {
      changes.disconnect()
      near.disconnect()
      sizes.disconnect()
      stopDensity()
      globalThis.visualViewport?.removeEventListener('resize', resized)
      for (const picture of pictures.values()) picture.end()
      pictures.clear()
    },
  }

  /** Takes up what is new, lets go what is gone or has become another picture. */
  function look(): void {
    for (const [img, picture] of pictures) if (!isWanted(picture.img) || picture.isOther) drop(img, picture)
    const added: Picture[] = []
    const found = root instanceof HTMLImageElement ? [root] : root.querySelectorAll(selector)
    for (const img of found) {
      if (!(img instanceof HTMLImageElement) || pictures.has(img) || !isWanted(img)) continue
      const picture = Picture.adopt(img, shared)
      if (!picture) continue
      pictures.set(img, picture)
      added.push(picture)
      near.observe(img)
      sizes.observe(img)
      if (img.parentElement) sizes.observe(img.parentElement)
    }
    for (const picture of added) picture.start()
  }

  function isWanted(img: HTMLImageElement): boolean {
    return img.isConnected && img.dataset.strata !== 'off'
  }

  function drop(img: Element, picture: Picture): void {
    pictures.delete(img)
    near.unobserve(img)
    sizes.unobserve(img)
    picture.end()
  }
}

function savesData(): boolean {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } }
  return connection?.saveData ?? false
}

/** A query for the density of now fires once, when it is no longer that. */
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
