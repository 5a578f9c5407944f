/*
 * Room decoders/: how the transcoder Worker reads layers that are pictures. PNG is ours; WebP and AVIF are C++ libraries in
 * WebAssembly. They are given a layer only after its declared size was found to be that of the layer table
 * (format/pictures/check.ts), so that a file which lies takes no memory; limits.ts bounds that size. Colours are taken
 * as sRGB.
 */

import type { PictureCoding } from '../../../format/coding.ts'
import type { LayerInfo } from '../../../format/types.ts'

/** Decodes layers of one coding. */
export interface PictureDecoder {
  readonly coding: PictureCoding
  /**
   * @param picture the whole layer, a file of this coding
   * @returns interleaved 8-bit R, G, B, A of the layer's size; of an animation the first frame
   * @throws StrataError FORMAT_INVALID where the file does not decode to that size; INPUT_TOO_LARGE where that takes too much
   * memory; TRANSCODE_FAILED where the decoder does not load
   */
  decode(picture: Uint8Array, layer: LayerInfo): Promise<Uint8Array>
}

/** The decoders that a transcoder has. */
export type PictureDecoders = Readonly<Partial<Record<PictureCoding, PictureDecoder>>>
