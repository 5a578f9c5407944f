export interface EnhanceOptions {
  /**
   * Folder, with a slash at its end, that holds worker.js, the kernels and the models: a copy of `dist/client`. One on
   * another origin needs CORS there and `worker-src blob:` here.
   * @default where this module lies, which bundlers understand too
   */
  readonly assets?: string | URL
  /** Which pictures. @default every `<img>` whose address ends with `/img/ID` */
  readonly selector?: string
  /**
   * Whether a picture that has not loaded yet is kept from loading its JPEG, as the decoded one takes its place. Needs
   * `width` and `height` attributes.
   * @default true
   */
  readonly replace?: boolean
  /** Decoding workers; each holds a decoder of its own. @default 2, and 1 on machines with less than four cores */
  readonly workers?: number
  /** How far outside of the viewport pictures are made ready, as in IntersectionObserver. @default '50%' */
  readonly margin?: string
  /** Memory for layers that a larger size can be decoded on from, in bytes for each worker. @default 32 MiB */
  readonly heldBytes?: number
  /** One layer less than the size asks for. @default what the browser says (`navigator.connection.saveData`) */
  readonly saveData?: boolean
}

/** `detail` of the event `strata` on an `<img>`, which bubbles. */
export type StrataDetail =
  | { readonly type: 'placeholder' }
  /** The first strip is there; `fetched` bytes travelled for it, by the `Range` header `range` if there was one. */
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
  /** The picture stays what it was, or is the plain `<img>`. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

export function announce(img: HTMLImageElement, detail: StrataDetail): void {
  img.dispatchEvent(new CustomEvent('strata', { bubbles: true, detail }))
}
