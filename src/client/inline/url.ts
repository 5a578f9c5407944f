import { bmpOf } from './bmp.ts'
import { type DecodedPlaceholder, decodePlaceholder } from './decode.ts'

/**
 * A placeholder's code as the data URI of a BMP, at most 4.2 kB.
 * @param aspect width / height of the picture: the BMP has this shape, with a longer side of 32. Without it, it is 32x32, to
 *   be stretched
 * @throws RangeError as decodePlaceholder, and when the aspect ratio is not a positive number
 */
export function placeholderUrl(code: Uint8Array | string, aspect = 1): string {
  if (!(aspect > 0 && aspect < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`aspect: expected a positive number, got ${aspect}`)
  }
  const decoded = decodePlaceholder(code)
  const longer = decoded.width
  const [width, height] = [longer * Math.min(1, aspect), longer * Math.min(1, 1 / aspect)].map((side) =>
    Math.max(1, Math.round(side)),
  ) as [number, number]
  const file = bmpOf(width, height, shrunk(decoded, width, height))
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...file))}`
}

/** Resized to at most the same sides, by a triangle as wide as the step from one sample to the next. */
function shrunk({ width, height, rgba }: DecodedPlaceholder, newWidth: number, newHeight: number) {
  const out = new Uint8ClampedArray(3 * newWidth * newHeight)
  const columns = Array.from({ length: newWidth }, (_, x) => weightsOf(x, width, newWidth))
  for (let y = 0; y < newHeight; y++) {
    const rows = weightsOf(y, height, newHeight)
    for (let x = 0; x < newWidth; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (const [v, down] of rows) {
          for (const [u, along] of columns[x]!) sum += down * along * rgba[4 * (v * width + u) + channel]!
        }
        out[3 * (y * newWidth + x) + channel] = sum
      }
    }
  }
  return out
}

/** Source samples and weights of sample `i` of `count`, where there are `length` at first. */
function weightsOf(i: number, length: number, count: number): [index: number, weight: number][] {
  const step = length / count
  const centre = (i + 0.5) * step - 0.5
  const found: [number, number][] = []
  for (let at = Math.ceil(centre - step); at <= centre + step; at++) {
    const weight = 1 - Math.abs(at - centre) / step
    if (at >= 0 && at < length && weight > 0) found.push([at, weight])
  }
  const sum = found.reduce((total, [, weight]) => total + weight, 0)
  return found.map(([at, weight]) => [at, weight / sum])
}
