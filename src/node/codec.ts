/** The codec for programs in Node: what the command line does with files, with bytes. Needs sharp and onnxruntime-node. @module */

import { invalidParam } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { chooseLayer } from '../format/choose-layer.ts'
import type { CodingChoice } from '../format/coding.ts'
import { describeHeader, type HeaderDescription } from '../format/describe.ts'
import { truncateToLayer } from '../format/ranges.ts'
import { readHeader } from '../format/reader.ts'
import { composeEncode, composePreview } from './compose.ts'
import { decodeAnyLayer } from './decode-layer.ts'
import { encodeOriginal, parseParameters } from './encode.ts'

export interface EncodeOptions {
  /**
   * `auto`: COMPASS for photographs; WebP, AVIF or PNG for drawings, alpha, animations and flat colours, as measured. Of `webp` and `avif`
   * all layers are of that coding. @default auto
   */
  readonly coding?: CodingChoice | undefined
  /** Widths of the layers, as `640,1280,1280@80`. @default 320, 640, 1280, ... below the picture's width, then that */
  readonly widths?: string | undefined
  /**
   * Of every layer that has none of its own: 1 to 100, or `auto:N`, which searches each layer's for SSIMULACRA2 N.
   * @default that at which photographs have a score of 75 on the mean
   */
  readonly quality?: number | `auto:${number}` | undefined
  /** Colour `rrggbb` under transparency where the coding is COMPASS, which has no alpha. @default white */
  readonly background?: string | undefined
  /** Gradient steps on the latents, 0 to 1000: smaller files, several times the time. @default 0 */
  readonly refine?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A picture file (JPEG, PNG, WebP, AVIF, TIFF, GIF) as a .strata file, decoded once more and compared.
 * @throws StrataError INPUT_*, PARAM_INVALID, VERIFY_FAILED, ABORTED
 */
export async function encode(original: Uint8Array, options: EncodeOptions = {}): Promise<Uint8Array> {
  const text = (value: number | string | undefined): string | undefined => value?.toString()
  const parameters = parseParameters({
    ...{ widths: options.widths, quality: text(options.quality) },
    ...{ bg: options.background, refine: text(options.refine), coding: options.coding },
  })
  const { signal } = options
  // Encoding takes its bytes over; these are the caller's.
  return await encodeOriginal(original.slice(), parameters, {
    encode: await composeEncode({ verify: true }),
    ...(signal && { signal }),
  })
}

/** Which layer: its number from 0, or the smallest at least so wide. @default the highest that is wholly there */
export interface LayerWish {
  readonly layer?: number | undefined
  readonly width?: number | undefined
}

/**
 * 8-bit sRGB of one layer, 3 bytes a pixel, on white where it has alpha; `file` may be a prefix.
 * @throws StrataError PARAM_INVALID, FORMAT_*, ENTROPY_CORRUPT, MODEL_UNKNOWN, INPUT_CORRUPT
 */
export async function decode(file: Uint8Array, wish: LayerWish = {}): Promise<RgbImage> {
  if (wish.width !== undefined && !(wish.width > 0)) {
    throw invalidParam('width', 'a number above 0', wish.width)
  }
  const { index } = chooseLayer(file, wish)
  return await decodeAnyLayer(file, index, 'wasm')
}

/** What the file says of itself, with its placeholder as a data URI. @throws StrataError FORMAT_* */
export async function info(file: Uint8Array): Promise<HeaderDescription> {
  return describeHeader(readHeader(file), (await composePreview(file)) ?? null)
}

/** The file up to a layer, which is a file too. @throws StrataError PARAM_INVALID, FORMAT_* */
export function truncate(file: Uint8Array, layer: number): Uint8Array {
  return truncateToLayer(file, layer)
}
