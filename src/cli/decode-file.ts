import { extname } from 'node:path'
import sharp from 'sharp'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { layerAt } from '../format/ranges.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import type { LayerInfo } from '../format/types.ts'
import { usage } from './command.ts'

/** JPEG is for looking at, so nearly nothing may be lost; for exact pixels there is PNG. */
const JPEG_QUALITY = 95

export type PictureEncoder = (image: RgbImage) => Promise<Uint8Array>

/** Chooses by the file name. @throws StrataError USAGE */
export function pictureEncoder(path: string): PictureEncoder {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return (image) => raw(image).png().toBuffer()
  if (extension === '.jpg' || extension === '.jpeg') {
    return (image) => raw(image).jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer()
  }
  throw usage(`--output: expected a name that ends in .png or .jpg, got ${JSON.stringify(path)}`)
}

/**
 * The layer with this number; or the smallest that is at least `width` wide, else the widest; or the highest. The
 * latter two look only at layers that are wholly there.
 * @throws StrataError PARAM_INVALID (no such layer), FORMAT_TRUNCATED (not wholly there), and what readHeader throws
 */
export function chooseLayer(
  bytes: Uint8Array,
  wish: { readonly layer?: number | undefined; readonly width?: number | undefined },
): LayerInfo {
  const header = readHeader(bytes)
  const whole = header.layers.slice(0, wholeLayers(header, bytes.length))
  if (wish.layer !== undefined) {
    const layer = layerAt(header, wish.layer)
    if (layer.end <= bytes.length) return layer
    const message = `layer ${layer.index} ends at byte ${layer.end}, the file has ${bytes.length}`
    throw new StrataError('FORMAT_TRUNCATED', message)
  }
  const { width } = wish
  const layer =
    (width === undefined ? undefined : whole.find((candidate) => candidate.width >= width)) ?? whole.at(-1)
  if (layer) return layer
  const message = `the base layer ends at byte ${header.layers[0]?.end}, the file has ${bytes.length}`
  throw new StrataError('FORMAT_TRUNCATED', message)
}

function raw({ width, height, data }: RgbImage) {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}
