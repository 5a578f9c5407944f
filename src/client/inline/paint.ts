import { placeholderUrl } from './url.ts'

const ATTRIBUTE = 'data-strata-placeholder'

/**
 * Paints the placeholder of every element with `data-strata-placeholder="CODE"` as its background, stretched to its
 * box. The placeholder of an `<img>` is removed when its picture has loaded, and not painted on a loaded one; that of
 * any other element stays. Invalid codes are ignored.
 *
 * @param root the subtree to paint. @default the document
 * @returns the number of painted elements
 */
export function paintPlaceholders(root: ParentNode = document): number {
  let painted = 0
  for (const element of root.querySelectorAll<HTMLElement>(`[${ATTRIBUTE}]`)) {
    const code = element.getAttribute(ATTRIBUTE) ?? ''
    element.removeAttribute(ATTRIBUTE)
    if (element instanceof HTMLImageElement && element.complete && element.naturalWidth > 0) continue
    try {
      paint(element, placeholderUrl(code))
      painted++
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return painted
}

function paint(element: HTMLElement, url: string): void {
  // Use the object model, because a Content-Security-Policy may forbid style attributes.
  const { style } = element
  style.backgroundImage = `url(${url})`
  style.backgroundSize = '100% 100%'
  if (!(element instanceof HTMLImageElement)) return
  const clear = () => {
    style.removeProperty('background-image')
    style.removeProperty('background-size')
  }
  element.addEventListener('load', clear, { once: true })
}
