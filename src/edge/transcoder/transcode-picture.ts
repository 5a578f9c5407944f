import { parseRgb, type Rgb } from '../../core/colour.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { hasAlpha } from '../../format/coding.ts'
import { readCheckedPicture } from '../../format/pictures/check.ts'
import type { LayerInfo } from '../../format/types.ts'
import { flatten, premultiply, unpremultiply } from '../../pixels/alpha.ts'
import { createFramer, type FrameOptions } from '../../pixels/frame.ts'
import type { PictureDecoders } from './decoders/decoder.ts'
import type { TranscodeRequest } from './transcoder.ts'

/** Rows that go on at a time: what lies between them and the encoder is small. */
const STRIP_ROWS = 64
const WHITE: Rgb = [255, 255, 255]

/**
 * Decodes a layer that is a picture. Checksum, type and declared size are checked before any pixel is.
 * @returns interleaved 8-bit R, G, B, A
 * @throws StrataError CODING_UNKNOWN where there is no decoder for it; TRANSCODE_FAILED, FORMAT_*
 */
export async function decodePictureLayer(
  prefix: Uint8Array,
  layer: LayerInfo,
  decoders: PictureDecoders,
): Promise<Uint8Array> {
  const { index, coding } = layer
  const decoder = coding === 'compass' ? undefined : decoders[coding]
  if (decoder === undefined) {
    const known = Object.keys(decoders).join(', ') || 'no picture'
    throw new StrataError('CODING_UNKNOWN', `layer ${index}: this transcoder decodes ${known}, got ${coding}`)
  }
  return await decoder.decode(readCheckedPicture(prefix, layer), layer)
}

/** Whether the picture that is made of this layer keeps its alpha: a JPEG has none, and a background hides it. */
export function keepsAlpha(layer: LayerInfo, { format, background }: TranscodeRequest): boolean {
  return hasAlpha(layer) && format !== 'jpeg' && background === undefined
}

/** The rows of a decoded layer on a background, from the top. @default white */
export async function* flatStrips(
  rgba: Uint8Array,
  { width, height }: LayerInfo,
  background: string | undefined,
): AsyncGenerator<RgbImage> {
  const colour = background === undefined ? WHITE : parseRgb(background)
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top)
    const strip = rgba.subarray(4 * width * top, 4 * width * (top + rows))
    yield rgbImage(width, rows, flatten(strip, colour))
  }
}

/** Rows of the framed picture with alpha, as they become ready. A layer that is not resized stays as it is. */
export async function* alphaRows(
  rgba: Uint8Array,
  options: Omit<FrameOptions, 'channels'>,
): AsyncGenerator<Uint8Array> {
  const { from, to, fit } = options
  if (fit === 'fill' && from.width === to.width && from.height === to.height) {
    yield rgba
    return
  }
  const framer = createFramer({ ...options, channels: 4 })
  const stripBytes = 4 * from.width * STRIP_ROWS
  for (let at = 0; at < rgba.length; at += stripBytes) {
    const strip = rgba.subarray(at, Math.min(rgba.length, at + stripBytes))
    premultiply(strip)
    const ready = framer.write(strip)
    if (ready === undefined) continue
    unpremultiply(ready)
    yield ready
  }
}
