/*
 * Pictures with alpha: interleaved 8-bit R, G, B, A. Filters must work on premultiplied colours, because the colour of
 * a transparent pixel must not affect its neighbours.
 */

/** Multiplies the colours of these pixels with their alpha, in place. */
export function premultiply(rgba: Uint8Array): void {
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!
    if (alpha === 255) continue
    rgba[at] = over255(rgba[at]! * alpha)
    rgba[at + 1] = over255(rgba[at + 1]! * alpha)
    rgba[at + 2] = over255(rgba[at + 2]! * alpha)
  }
}

/** Divides the colours by their alpha, in place; fully transparent pixels become black. */
export function unpremultiply(rgba: Uint8Array): void {
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!
    if (alpha === 255) continue
    for (let i = at; i < at + 3; i++) {
      // A filter that overshoots may leave a colour above its alpha.
      rgba[i] = alpha === 0 ? 0 : Math.min(255, Math.round((255 * rgba[i]!) / alpha))
    }
  }
}

/** Composites the pixels over a background of one colour. @returns interleaved R, G, B */
export function flatten(rgba: Uint8Array, [r, g, b]: readonly [number, number, number]): Uint8Array {
  const out = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!
    const rest = 255 - alpha
    out[to] = over255(rgba[from]! * alpha + r * rest)
    out[to + 1] = over255(rgba[from + 1]! * alpha + g * rest)
    out[to + 2] = over255(rgba[from + 2]! * alpha + b * rest)
  }
  return out
}

/** Divides a product of two bytes, or a sum of such products, by 255 and rounds. It is exact up to 255 * 255. */
function over255(product: number): number {
  const sum = product + 128
  return (sum + (sum >> 8)) >> 8
}
