import type { Limit } from './decode/limits.ts'

export interface EnhanceOptions {
  /**
   * Address of a copy of the folder `dist/client` (worker.js, kernels, models), with a slash at its end. A folder on
   * another origin needs CORS there and `worker-src blob:` in the policy of the page.
   * @default the folder of this module, which bundlers understand too
   */
  readonly assets?: string | URL | undefined
  /** A CSS selector of the pictures. @default every `<img>` whose address ends with `/img/ID` */
  readonly selector?: string | undefined
  /**
   * When layers take the place of plain files. `later`: the browser shows what the page wrote, and pictures that grow are
   * decoded from layers where those take fewer bytes and come as soon; the decoder is loaded when the page has loaded, and
   * only where it pays. `always`: plain files of pictures with `width` and `height` are kept from loading, and all pictures
   * are decoded.
   * @default 'later'
   */
  readonly replace?: 'later' | 'always' | undefined
  /** Number of decoding workers; each loads a decoder of its own. @default half of the cores, 2 to 4; 1 where memory is short */
  readonly workers?: number | undefined
  /** How far outside the viewport pictures are decoded: `rootMargin` of IntersectionObserver. @default '50%' */
  readonly margin?: string | undefined
  /** Bytes for each worker to keep decoded layers in, from which the next layer is decoded. @default 32 MiB */
  readonly heldBytes?: number | undefined
  /** Decode one layer less than the size needs. @default `navigator.connection.saveData` */
  readonly saveData?: boolean | undefined
  /**
   * Instead of decoding layers, let pictures load as JPEGs that hide twice their size, and fetch what `restore` needs, so
   * that `restore(img)` enlarges them without a network later. `data-strata="zoom"` on an `<img>` does it for that one.
   * @default false
   */
  readonly offlineZoom?: boolean | undefined
}

/** `detail` of the event `strata` on an `<img>`, which bubbles. */
export type StrataDetail =
  | { readonly type: 'placeholder' }
  /**
   * The bytes of a layer have arrived and its decoding begins. `fetched` of them came over the network, by a `Range`
   * header if `range` is set.
   */
  | {
      readonly type: 'begin'
      readonly layer: number
      readonly width: number
      readonly height: number
      readonly fetched: number
      readonly reused: number
      readonly range: string | undefined
    }
  | { readonly type: 'painted'; readonly layer: number; readonly width: number; readonly height: number }
  | { readonly type: 'restored'; readonly method: string; readonly factor: number; readonly note?: string }
  /**
   * The picture stays as it was, or the plain `<img>` is shown. `limit` names the limit that was exceeded, if one was.
   */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly limit?: Limit }

declare global {
  interface GlobalEventHandlersEventMap {
    strata: CustomEvent<StrataDetail>
  }
}

/** Dispatches the event `strata`. */
export function announce(img: HTMLImageElement, detail: StrataDetail): void {
  img.dispatchEvent(new CustomEvent('strata', { bubbles: true, detail }))
}
