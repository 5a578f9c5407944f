import { decoderFor } from './decoder.ts'
import { connection } from './link.ts'
import type { EnhanceOptions } from './options.ts'
import { CanvasBudget } from './picture/canvas-budget.ts'
import type { PictureOptions } from './picture/options.ts'
import { PagePictures } from './picture/page-pictures.ts'
import { Readiness, whenLoaded } from './plain/readiness.ts'

/** What `enhance` started. */
export interface Enhancement {
  /** Resolves to true when the decoder is ready, or to false when layers do not pay on this page. */
  readonly ready: Promise<boolean>
  /** Restores every plain `<img>` and frees all memory. */
  stop(): void
}

/**
 * Decodes pictures below `root` from layers when that is better than the plain files of the browser. At first all show
 * the plain files of the page. When the page has loaded and is idle, the decoder is loaded if it pays (`weigh`). From
 * then on a picture that grows fetches the missing bytes of its layers if these are fewer than a larger file's and are
 * painted about as soon; otherwise the browser loads its next candidate. With `replace: 'always'` no plain file is
 * loaded. Pictures added later are found, and the memory of removed pictures is freed. When anything fails, the plain
 * `<img>` is shown. Each picture dispatches events of type `strata` (`StrataDetail`).
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
  const pictures = new PagePictures(root, options, shared)
  const readiness = new Readiness(shared, pictures)
  const control = new AbortController()
  const { signal } = control
  offerPointed(root, pictures, signal)
  watchDensity(() => {
    for (const picture of pictures) picture.resized()
  }, signal)
  const begin = () => {
    if (signal.aborted) return
    pictures.watch()
    readiness.consider()
  }
  if (isAtOnce(root, shared)) begin()
  else whenLoaded(begin)
  return {
    ready: readiness.ready,
    stop() {
      control.abort()
      readiness.stop()
      pictures.end()
    },
  }
}

/**
 * Whether pictures must be changed before they load. Otherwise the library waits, so that it does not delay the page.
 */
function isAtOnce(root: ParentNode, { replace, offlineZoom }: PictureOptions): boolean {
  return replace === 'always' || offlineZoom || !!root.querySelector('[data-strata=zoom]')
}

/** Lets the picture under the pointer be saved and dragged, also after a larger layer has been painted. */
function offerPointed(root: Node, pictures: PagePictures, signal: AbortSignal): void {
  const offer = ({ target, type }: Event) => {
    if (type !== 'strata' || (target as Element).matches(':hover')) pictures.offer(target)
  }
  root.addEventListener('pointerover', offer, { signal })
  root.addEventListener('strata', offer, { signal })
}

/** Calls back whenever the number of device pixels per CSS pixel changes: by zoom, pinch zoom or another screen. */
function watchDensity(callback: () => void, signal: AbortSignal): void {
  visualViewport?.addEventListener('resize', callback, { signal })
  // A media query names the current density, so it reports one change only.
  const watch = () => {
    const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    const changed = () => {
      callback()
      watch()
    }
    query.addEventListener('change', changed, { once: true, signal })
  }
  watch()
}
