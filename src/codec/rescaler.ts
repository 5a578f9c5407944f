import { invalidParam } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** Whether `high` is `factor` times `low` up to what rounding leaves: such pictures are padded or cropped, not resized. */
export function isTimes(high: Size, low: Size, factor: number): boolean {
  const isNear = (a: number, b: number): boolean => Math.abs(a - factor * b) < factor
  return isNear(high.width, low.width) && isNear(high.height, low.height)
}

export interface EmbedOptions {
  /** Size of the picture that `rows` make up. */
  readonly high: Size
  /** Size of the thumbnail; times the factor it should be `high`, give or take what rounding a layer's size leaves. */
  readonly low: Size
  /** 1 to 100: what it means is the method's own; lossless ones have no use for it. */
  readonly quality: number
  readonly signal?: AbortSignal | undefined
}

export function isQuality(quality: number): boolean {
  return Number.isInteger(quality) && quality >= 1 && quality <= 100
}

/** @throws StrataError PARAM_INVALID for sizes or a quality that cannot be */
export function checkEmbed({ high, low, quality }: EmbedOptions): void {
  if (!isQuality(quality)) throw invalidParam('quality', 'an integer from 1 to 100', quality)
  for (const size of [low.width, low.height, high.width, high.height]) {
    if (!Number.isInteger(size) || size < 1 || size > 65535) {
      throw invalidParam('size', 'integers from 1 to 65535', size)
    }
  }
}

/** What `restore` made of a file, and how. */
export interface Restored {
  readonly image: RgbImage
  /** `plain`: the file hides nothing that can be read, so it was only resized. */
  readonly method: string
  readonly factor: number
  /** Why the method is `plain`, for people. */
  readonly note?: string
}

/**
 * A way to hide a picture's detail in a small file that any viewer shows as an ordinary thumbnail. All of them owe what
 * test/conformance/rescaler.ts asks.
 */
export interface Rescaler {
  readonly method: string
  readonly factor: number
  /** Of the file that `embed` writes. */
  readonly mediaType: 'image/jpeg' | 'image/png'
  /**
   * @param rows strips from top to bottom, which make up a picture of size `high`; they are not kept
   * @throws StrataError PARAM_INVALID for sizes or a quality that cannot be, ABORTED
   */
  embed(
    rows: AsyncIterable<RgbImage> | Iterable<RgbImage>,
    options: EmbedOptions,
  ): Promise<Uint8Array<ArrayBuffer>>
  /**
   * The picture at its true size, or a plain upscale by the factor when the file is not ours, or is no longer.
   * @throws StrataError INPUT_* when the file is no picture at all, ABORTED
   */
  restore(file: Uint8Array, signal?: AbortSignal): Promise<Restored>
}

/** Decodes whatever picture files this machine can. @throws StrataError INPUT_* */
export type DecodePicture = (file: Uint8Array) => Promise<RgbImage>
