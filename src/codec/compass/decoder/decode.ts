/*
 * This folder reads .strata files: the chain of a file's layers, whole pictures or rows of a layer, and a decoded layer that
 * is kept for a later upgrade. It imports nothing of the encoder.
 */
import { throwIfAborted } from '../../../core/abort.ts'
import { concat } from '../../../core/bytes.ts'
import { type RgbImage, rgbImage } from '../../../core/image.ts'
import { STRIP_ROWS } from '../../../format/layout.ts'
import { SymbolHashes } from '../latents/symbol-hashes.ts'
import { type DecodeOptions, openFile, openLatents, openPictures } from './layer-chain.ts'

export type { DecodeOptions } from './layer-chain.ts'

/**
 * Decodes a layer's picture in strips of at most 256 rows, from top to bottom. Memory does not grow with the height.
 * @throws StrataError as `openFile`, and FORMAT_CHECKSUM or ENTROPY_CORRUPT when a damaged strip is reached
 */
export async function* decodeRows(bytes: Uint8Array, options: DecodeOptions): AsyncGenerator<RgbImage> {
  const file = await openFile(bytes, options)
  const latents = await openLatents(bytes, file, options, ['pixels'])
  const pictures = await openPictures(file, options, latents)
  const picture = pictures.at(-1)
  if (!picture) return
  try {
    for (let top = 0; top < picture.height; top += STRIP_ROWS) {
      const bottom = Math.min(top + STRIP_ROWS, picture.height)
      await picture.ensure(bottom)
      throwIfAborted(options.signal)
      yield rgbImage(picture.width, bottom - top, picture.rgb(top, bottom))
      picture.rows.discard(bottom)
    }
  } finally {
    for (const layer of pictures) layer.close()
  }
}

/** Decodes a layer's whole picture. @throws StrataError as `decodeRows` */
export async function decodeLayer(bytes: Uint8Array, options: DecodeOptions): Promise<RgbImage> {
  const parts: Uint8Array[] = []
  let [width, height] = [0, 0]
  for await (const strip of decodeRows(bytes, options)) {
    parts.push(strip.data)
    width = strip.width
    height += strip.height
  }
  return rgbImage(width, height, concat(parts))
}

/**
 * Hashes the symbols of each layer up to `options.layer`, 32 hexadecimal digits each. Decoding is exact, so a file has the
 * same hashes in every runtime.
 */
export async function layerSymbols(bytes: Uint8Array, options: DecodeOptions): Promise<string[]> {
  const file = await openFile(bytes, options)
  const hashes = new SymbolHashes()
  const sources = await openLatents(bytes, file, options, [], { tap: (layer) => hashes.tap(layer) })
  // Start at the top layer: each strip pulls the strips of the layer below that its context needs.
  for (const source of sources.toReversed()) {
    for (let strip = 0; strip < source.geometry.strips; strip++) {
      if (!hashes.has(sources.indexOf(source), strip)) await source.strip(strip)
      source.release('pixels', strip)
    }
  }
  return await hashes.layers()
}
