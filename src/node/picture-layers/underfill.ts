import type { DecodedPicture } from '../ingest/ingest.ts'

/** Interleaved 8-bit R, G, B, A. */
interface Level {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * The same picture with the colours around it under what is wholly transparent. A lossy coding smears whatever lies there,
 * such as the black that resizing leaves, into the edge that is seen. Colours come from a pyramid of means weighted by
 * alpha, from the finest level that has any (Gortler et al., The Lumigraph, 1996, §3.4, "pull-push").
 */
export function underfilled(picture: DecodedPicture): DecodedPicture {
  if (picture.channels === 3 || !hasHole(picture.data)) return picture
  const levels: Level[] = [{ ...picture, data: picture.data.slice() }]
  for (;;) {
    const { width, height } = levels.at(-1)!
    if (width === 1 && height === 1) break
    levels.push(halved(levels.at(-1)!))
  }
  for (let i = levels.length - 2; i >= 0; i--) fill(levels[i]!, levels[i + 1]!)
  return { ...picture, data: levels[0]!.data }
}

function hasHole(data: Uint8Array): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] === 0) return true
  return false
}

/** Means of 2 x 2 pixels; alpha stays above 0 where one of them has any. */
function halved(from: Level): Level {
  const [width, height] = [(from.width + 1) >> 1, (from.height + 1) >> 1]
  const data = new Uint8Array(4 * width * height)
  for (let y = 0, to = 0; y < height; y++) {
    const rows = 2 * y + 1 < from.height ? [2 * y, 2 * y + 1] : [2 * y]
    for (let x = 0; x < width; x++, to += 4) {
      let [red, green, blue, alpha] = [0, 0, 0, 0]
      for (const row of rows) {
        const end = 4 * (row * from.width + Math.min(2 * x + 2, from.width))
        for (let at = 4 * (row * from.width + 2 * x); at < end; at += 4) {
          const weight = from.data[at + 3]!
          red += weight * from.data[at]!
          green += weight * from.data[at + 1]!
          blue += weight * from.data[at + 2]!
          alpha += weight
        }
      }
      if (alpha === 0) continue
      data[to] = Math.round(red / alpha)
      data[to + 1] = Math.round(green / alpha)
      data[to + 2] = Math.round(blue / alpha)
      data[to + 3] = Math.ceil(alpha / 4)
    }
  }
  return { width, height, data }
}

/** Gives pixels without alpha the colour of the level above; their alpha stays 0. */
function fill({ width, height, data }: Level, above: Level): void {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      if (data[at + 3] !== 0) continue
      const from = 4 * ((y >> 1) * above.width + (x >> 1))
      data[at] = above.data[from]!
      data[at + 1] = above.data[from + 1]!
      data[at + 2] = above.data[from + 2]!
    }
  }
}
