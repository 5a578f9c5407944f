import type { PictureFormat } from '../../../format/media-type.ts'

export interface EncodeTarget {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** On JPEG's scale, 1 to 100 (pixels/encoder-quality.ts). */
  readonly quality: number
  readonly signal?: AbortSignal | undefined
}

/** Turns the rows of one picture into a file of one format. */
export interface PictureEncoder {
  readonly format: PictureFormat
  /**
   * @param rows whole rows of interleaved 8-bit RGB, top to bottom, in chunks of any number of rows; the caller owns
   * the chunks, and each is valid until the next is asked for
   * @throws StrataError INPUT_TOO_LARGE above MAX_ENCODED_PIXELS, TRANSCODE_FAILED where the encoder itself fails,
   * ABORTED; whatever `rows` throws
   */
  encode(rows: AsyncIterable<Uint8Array>, target: EncodeTarget): Promise<Uint8Array<ArrayBuffer>>
}
