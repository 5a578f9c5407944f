import { type Enhancement, enhance } from './enhance.ts'
import type { EnhanceOptions } from './options.ts'

/**
 * Defines `<strata-img>`, which enhances the `<img>` that it wraps for as long as it is in the document. Its box is that of
 * the image. Without this call, or without JavaScript, it is an element that does nothing.
 * @param name of the element. @default 'strata-img'
 * @example
 * `<strata-img><img src="/cdn/img/cat?w=640" width="640" height="427" alt="A cat"></strata-img>`
 */
export function defineStrataImg(options: EnhanceOptions = {}, name = 'strata-img'): void {
  if (customElements.get(name)) return
  // Here, because outside of a browser there is no HTMLElement to extend.
  class StrataImg extends HTMLElement {
    #enhancement: Enhancement | undefined

    connectedCallback(): void {
      this.style.display ||= 'contents'
      this.#enhancement ??= enhance(this, options)
    }

    disconnectedCallback(): void {
      this.#enhancement?.stop()
      this.#enhancement = undefined
    }
  }
  customElements.define(name, StrataImg)
}
