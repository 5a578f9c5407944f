import { placeholderStyle } from '../../format/placeholder-style.ts'
import { isPreview } from '../../format/preview.ts'
import { announce } from '../options.ts'

/** The signature of a PNG in base64. */
const PNG_BASE64 = /^iVBORw0KGgo/

/**
 * The data URI for the value of `data-placeholder`: the data URI of the info JSON, or the base64 of a PNG.
 * @returns undefined for anything else, such as the placeholder's own code, which only a model of 0.8 MB can read
 */
export function placeholderUri(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const uri = PNG_BASE64.test(text) ? `data:image/png;base64,${text}` : text
  return isPreview(uri) ? uri : undefined
}

/** The background of an `<img>` until its picture has loaded, set by this library or by the page's author. */
export class Placeholder {
  readonly #img: HTMLImageElement
  #isOurs = false
  isShown: boolean

  /** Reads the style of the image. */
  constructor(img: HTMLImageElement) {
    this.#img = img
    this.isShown = getComputedStyle(img).backgroundImage !== 'none'
  }

  show(uri: string): void {
    // Use the object model, because a Content-Security-Policy may forbid style attributes.
    this.#img.style.cssText += `;${placeholderStyle({ placeholder: { dataUri: uri } })}`
    this.isShown = this.#isOurs = true
    announce(this.#img, { type: 'placeholder' })
  }

  /** Removes the placeholder of this library; an author's stays. */
  clear(): void {
    if (this.#isOurs) this.#img.style.removeProperty('background')
    this.isShown = this.#isOurs = false
  }
}
