import type { Size } from '../core/box.ts'
import { type RgbImage, rgbImage } from '../core/image.ts'
import { createResampler } from '../pixels/resample.ts'
import { type EmbedOptions, isTimes } from './rescaler.ts'

/** Strips of a picture, from top to bottom. */
export type Rows = AsyncIterable<RgbImage> | Iterable<RgbImage>

/** Returns the rows unchanged when their size is `factor` times `low` up to rounding; else resizes them to exactly that. */
export function fitRows(rows: Rows, { high, low }: EmbedOptions, factor: number): { rows: Rows; high: Size } {
  const wanted = { width: factor * low.width, height: factor * low.height }
  if (isTimes(high, low, factor)) return { rows, high }
  return { rows: resized(rows, high, wanted), high: wanted }
}

async function* resized(rows: Rows, from: Size, to: Size): AsyncGenerator<RgbImage> {
  const resampler = createResampler({ ...from, outWidth: to.width, outHeight: to.height })
  for await (const { data } of rows) {
    const ready = resampler.write(data)
    if (ready) yield rgbImage(to.width, ready.length / (3 * to.width), ready)
  }
}

/** Fills a restored picture beyond its `known` part, which the thumbnail does not cover, by repeating the edges. */
export function repeatEdges({ width, height, data }: RgbImage, known: Size): void {
  const row = 3 * width
  for (let y = 0; y < known.height; y++) {
    for (let i = y * row + 3 * known.width; i < (y + 1) * row; i++) data[i] = data[i - 3]!
  }
  for (let y = known.height; y < height; y++) data.copyWithin(y * row, (y - 1) * row, y * row)
}
