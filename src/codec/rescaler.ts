import type { Size } from '../core/box.ts'
import { invalidParam } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'
import { MAX_DIMENSION } from '../core/limits/table.ts'

/** Whether `high` is `factor` times `low` up to rounding. Such a picture is padded or cropped instead of resized. */
export function isTimes(high: Size, low: Size, factor: number): boolean {
  const isNear = (a: number, b: number): boolean => Math.abs(a - factor * b) < factor
  return isNear(high.width, low.width) && isNear(high.height, low.height)
}

export interface EmbedOptions {
  /** Size of the picture in `rows`. */
  readonly high: Size
  /** Size of the thumbnail. Times the factor it should be `high`, up to the rounding of a layer's size. */
  readonly low: Size
  /** 1 to 100, on JPEG's scale: the file is about as large as a plain JPEG of it. Lossless methods ignore it. */
  readonly quality: number
  /**
   * Embedding strength, from 0 to 1: with more strength, more detail can be restored and more of it is visible in the
   * thumbnail. At 0 it is a plain thumbnail. Methods whose strength is fixed ignore it.
   * @default DEFAULT_STRENGTH
   */
  readonly strength?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export const DEFAULT_STRENGTH = 0.5

export function isQuality(quality: number): boolean {
  return Number.isInteger(quality) && quality >= 1 && quality <= 100
}

/** @throws StrataError PARAM_INVALID for sizes, a quality or a strength out of range */
export function checkEmbed({ high, low, quality, strength = DEFAULT_STRENGTH }: EmbedOptions): void {
  if (!isQuality(quality)) throw invalidParam('quality', 'an integer from 1 to 100', quality)
  if (!(strength >= 0 && strength <= 1)) throw invalidParam('strength', 'a number from 0 to 1', strength)
  for (const size of [low.width, low.height, high.width, high.height]) {
    if (!Number.isInteger(size) || size < 1 || size > MAX_DIMENSION) {
      throw invalidParam('size', `integers from 1 to ${MAX_DIMENSION}`, size)
    }
  }
}

/** A restored picture, and how it was made. */
export interface Restored {
  readonly image: RgbImage
  /** Name of the method; `plain` when the file has no readable hidden detail and was only resized. */
  readonly method: string
  readonly factor: number
  /** Reason why the method is `plain`, as a text for people. */
  readonly note?: string
}

/**
 * A method that hides a picture's detail in a small file, which any viewer shows as an ordinary thumbnail. Each method
 * passes test/conformance/rescaler.ts.
 */
export interface Rescaler {
  readonly method: string
  readonly factor: number
  /** Media type of the file that `embed` writes. */
  readonly mediaType: 'image/jpeg' | 'image/png'
  /**
   * Makes the thumbnail file of a picture.
   *
   * @param rows strips of a picture of size `high`, from top to bottom; they are not kept
   * @throws StrataError PARAM_INVALID for sizes, a quality or a strength out of range, ABORTED
   */
  embed(
    rows: AsyncIterable<RgbImage> | Iterable<RgbImage>,
    options: EmbedOptions,
  ): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Restores the picture at its true size. A file without hidden detail, or whose pixels were changed, is upscaled plainly
   * by the factor.
   *
   * @throws StrataError INPUT_* when the file is not a picture, ABORTED
   */
  restore(file: Uint8Array, signal?: AbortSignal): Promise<Restored>
}

/** Decodes a picture file of any format that this machine supports. @throws StrataError INPUT_* */
export type DecodePicture = (file: Uint8Array) => Promise<RgbImage>
