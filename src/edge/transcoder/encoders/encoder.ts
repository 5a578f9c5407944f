/*
 * Room encoders/: the formats that the transcoder Worker writes itself, behind this interface; test/conformance/encoder.ts
 * holds all of them to it. JPEG and PNG are ours and write while the rows come. AVIF and WebP are C++ libraries in
 * WebAssembly: they want the whole picture, so limits.ts bounds its pixels. An encoder knows nothing of requests.
 */

import type { PictureFormat } from '../../../format/media-type.ts'

export interface EncodeTarget {
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  /** 1 to 100 on JPEG's scale: equal values look equally good in all formats (pixels/encoder-quality.ts). PNG is lossless. */
  readonly quality: number
  /** Bytes a pixel: R, G, B, and alpha, which JPEG does not have. @default 3 */
  readonly channels?: 3 | 4
  readonly signal?: AbortSignal | undefined
}

/** Turns the rows of one picture into a file of one format. */
export interface PictureEncoder {
  readonly format: PictureFormat
  /**
   * @param rows whole rows of interleaved 8-bit RGB or RGBA, top to bottom, in chunks of any number of rows. The chunks belong to
   * the caller and are valid until the next one is asked for.
   * @throws StrataError INPUT_TOO_LARGE beyond what limits.ts allows, before the first row is asked for; TRANSCODE_FAILED
   * where the encoder does not load or fails; ABORTED; whatever `rows` throws
   */
  encode(rows: AsyncIterable<Uint8Array>, target: EncodeTarget): Promise<Uint8Array<ArrayBuffer>>
}
