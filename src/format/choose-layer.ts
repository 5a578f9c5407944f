import { sumOfPixels } from '../core/box.ts'
import { StrataError } from '../core/errors.ts'
import {
  MAX_DECODED_PICTURE_PIXELS,
  MAX_DECODED_PIXELS,
  MAX_LAYER_PIXELS,
  MAX_PREFIX_BYTES,
  MAX_STRIP_WIDTH,
} from '../core/limits/table.ts'
import { layerAt } from './ranges.ts'
import { readHeader, wholeLayers } from './reader.ts'
import type { LayerInfo } from './types.ts'

/**
 * Chooses the layer to decode: the layer with the number `layer`; else the smallest layer at least `width` pixels wide,
 * or the widest when none is; else the highest layer. The last two consider only layers that lie wholly in `bytes`.
 *
 * @throws StrataError PARAM_INVALID (no such layer), FORMAT_TRUNCATED (layer incomplete), and what readHeader throws
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

/**
 * Index of the layer that a width selects: the smallest that is at least so wide, else the widest. Layers of equal width differ
 * in quality only, and the last of them is the picture at that width.
 * @param layers from the base up; at least one
 */
export function layerForWidth(layers: readonly { readonly width: number }[], width: number): number {
  const step = layers.find((layer) => layer.width >= width) ?? layers.at(-1)
  return layers.findLastIndex((layer) => layer.width === step!.width)
}

/**
 * The limit of transcoders that a layer exceeds, as the expected value of an error message; undefined when it keeps to
 * all.
 */
export function transcodeLimit(layers: readonly LayerInfo[], index: number): string | undefined {
  const { coding, width, height, end } = layers[index] as LayerInfo
  const pixels = width * height
  if (end > MAX_PREFIX_BYTES) return `at most ${MAX_PREFIX_BYTES} bytes up to its end`
  if (coding !== 'compass') {
    const most = MAX_DECODED_PICTURE_PIXELS[coding]
    return pixels > most ? `a picture of at most ${most} pixels for ${coding}` : undefined
  }
  if (width > MAX_STRIP_WIDTH) return `at most ${MAX_STRIP_WIDTH} pixels across`
  if (pixels > MAX_LAYER_PIXELS) return `at most ${MAX_LAYER_PIXELS} pixels`
  const sum = sumOfPixels(layers.slice(0, index + 1))
  return sum > MAX_DECODED_PIXELS ? `at most ${MAX_DECODED_PIXELS} pixels with those below` : undefined
}

/** The layers that keep to the limits of a transcoder on our kernels. Of COMPASS layers these are the lowest ones. */
export function transcodable(layers: readonly LayerInfo[]): readonly LayerInfo[] {
  return layers.filter(({ index }) => transcodeLimit(layers, index) === undefined)
}
