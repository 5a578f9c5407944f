import type { Size } from '../../core/box.ts'
import type { CodedPicture } from './encode.ts'

/** A layer that was made, before it is decided whether it is kept. */
export interface MadeLayer extends Size, CodedPicture {
  readonly alpha: boolean
  /** SSIMULACRA2 that it had to reach. */
  readonly target: number
}

/** Pixels of a layer that the edge can decode and resize. */
const EDGE_PIXELS = 4e6

/** What the file of a large picture may take of the bytes of the best of its original and WebP. */
const MOST_STORED = 1.1

/**
 * Bytes from which a layer is of no use: those of the next wider one, as long as the edge can make its width of that. Half of
 * the source's width stays: screens of two densities ask for it, and to make it well takes time.
 * @param kept wider layers, from the base up
 */
export function uselessBytes(width: number, kept: readonly MadeLayer[]): number {
  const [above, top] = [kept[0], kept.at(-1)]
  if (above === undefined || top === undefined || above.width * above.height > EDGE_PIXELS)
    return Number.POSITIVE_INFINITY
  return width === Math.round(top.width / 2) && above === top ? Number.POSITIVE_INFINITY : above.file.length
}

/**
 * The layers that have room. Where the source is larger than what the edge decodes, as a tall screenshot, the layers below it
 * are kept, narrowest first, as long as the file stays near the original's size: the origin renders what is missing.
 * @param layers from the base up, the last one as wide as the source
 * @param originalBytes length of the original file
 */
export function withRoom(layers: readonly MadeLayer[], originalBytes: number): readonly MadeLayer[] {
  const top = layers.at(-1)!
  if (top.width * top.height <= EDGE_PIXELS || !top.lossless) return layers
  // A lossless layer is a PNG where the picture is too long for WebP; else it is the best of both.
  const best = top.coding === 'png' ? Math.max(originalBytes, top.file.length) : top.file.length
  let room = MOST_STORED * best - top.file.length
  return layers.filter((layer) => {
    if (layer === top) return true
    room -= layer.file.length
    return room >= 0
  })
}
