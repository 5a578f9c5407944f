import { sumOfPixels } from '../../core/box.ts'
import type { PictureCoding } from '../../format/coding.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { LayerInfo } from '../../format/types.ts'
import { checkDecodedLayer } from './limits.ts'
import type { TranscodeRequest } from './transcoder.ts'

/*
 * What a picture costs the transcoder, in kilopixels: the time that it takes to decode a thousand pixels, all of whose
 * layers count. Measured in workerd on one picture of 1280x853; what decides an order need not be exact.
 */

/** What comes with every picture. */
const BASE_COST = 50

/** Of a pixel that is encoded. */
const ENCODE_COST: Readonly<Record<PictureFormat, number>> = { jpeg: 0.2, webp: 0.8, avif: 1.3, png: 2 }

/** Of a pixel of a layer that is a picture: it alone is decoded. */
const PICTURE_COST: Readonly<Record<PictureCoding, number>> = {
  webp: 0.3,
  'webp-animated': 0.3,
  avif: 1.5,
  png: 0.25,
}

/** Of a pixel that is hidden in a JPEG. */
const EMBED_COST = 0.6

/** Kilopixels that are decoded in a second, until some have been timed. */
export const KILOPIXELS_PER_SECOND = 6500

/**
 * @param layers of the file, at least up to the one that is decoded
 * @returns kilopixels, an integer
 * @throws StrataError INPUT_TOO_LARGE for a layer that is not decoded for one request
 */
export function costOf(layers: readonly LayerInfo[], request: TranscodeRequest): number {
  const { width, height, format, ht } = request
  const encoded = width * height
  const hidden = ht === 1 ? 0 : ht * ht * encoded
  const work = decodingCost(layers, request.layer) + ENCODE_COST[format] * encoded + EMBED_COST * hidden
  return BASE_COST + Math.ceil(work / 1000)
}

function decodingCost(layers: readonly LayerInfo[], index: number): number {
  const layer = layers[index]
  if (layer === undefined) return 0 // what a missing layer means is said by who needs it
  checkDecodedLayer(layers, index)
  const { coding, width, height } = layer
  if (coding !== 'compass') return PICTURE_COST[coding] * width * height
  return sumOfPixels(layers.slice(0, index + 1))
}
