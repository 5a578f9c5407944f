import { type Enhancement, enhance } from './enhance.ts'
import type { EnhanceOptions } from './options.ts'

/**
 * Defines the element `<strata-img>`, which enhances the `<img>` inside it while it is in the document. It has no box of
 * its own. Without this call, or without JavaScript, it does nothing.
 * @param name name of the element. @default 'strata-img'
 * @example
 * `<strata-img><img src="/cdn/img/cat?w=640" width="640" height="427" alt="A cat"></strata-img>`
 */
export function defineStrataImg(options: EnhanceOptions = {}, name = 'strata-img'): void {
  if (customElements.get(name)) return
  // The class is inside the function, because outside a browser there is no HTMLElement to extend.
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
