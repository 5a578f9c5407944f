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
 * The layers that pay, from the base up. A layer that takes more bytes than the next wider one is left out, as long as the
 * edge can make its width of that. Half of the source's width stays: screens of two densities ask for it, and to make it
 * well takes time. Where the source is larger than what the edge decodes, as a tall screenshot, the layers below it are
 * kept, narrowest first, as long as the file stays near the original's size: the origin renders what is missing.
 * @param layers from the base up, the last one as wide as the source
 * @param originalBytes length of the original file
 */
export function paying(layers: readonly MadeLayer[], originalBytes: number): MadeLayer[] {
  const top = layers.at(-1)!
  const half = Math.round(top.width / 2)
  const kept: MadeLayer[] = [top]
  for (const layer of layers.slice(0, -1).reverse()) {
    const above = kept[0]!
    const isReplaced = layer.file.length >= above.file.length && above.width * above.height <= EDGE_PIXELS
    if (!isReplaced || (layer.width === half && above === top)) kept.unshift(layer)
  }
  if (top.width * top.height <= EDGE_PIXELS || !top.lossless) return kept
  // A lossless layer is a PNG where the picture is too long for WebP; else it is the best of both.
  const best = top.coding === 'png' ? Math.max(originalBytes, top.file.length) : top.file.length
  let room = MOST_STORED * best - top.file.length
  return kept.filter((layer) => {
    if (layer === top) return true
    room -= layer.file.length
    return room >= 0
  })
}
