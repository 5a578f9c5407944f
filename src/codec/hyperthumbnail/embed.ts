import { throwIfAborted } from '../../core/abort.ts'
import { invalidParam } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { quantizePicture, writeCoefficients } from '../../pixels/jpeg/coefficients.ts'
import type { JpegKernel, JpegTables } from '../../pixels/jpeg/types.ts'
import { createResampler } from '../../pixels/resample.ts'
import { type EmbedOptions, isTimes, type Size } from '../rescaler.ts'
import { checksumOf, markerSegment } from './marker.ts'
import type { HyperThumbnailModel } from './model.ts'
import { checkQuality } from './quality.ts'
import { makeThumbnail, type Rows } from './thumbnail.ts'

export interface EmbedParts {
  readonly model: HyperThumbnailModel
  /** Does the arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel | undefined
  /** See WindowOptions.pixels. */
  readonly windowPixels?: number | undefined
}

/** Steps of 1: what the table predictor looks at. */
const FINE: JpegTables = [new Uint16Array(64).fill(1), new Uint16Array(64).fill(1)]

/**
 * The thumbnail JPEG of size `low` that hides the picture in `rows`.
 *
 * Of the picture only one window is in memory. The thumbnail is there as a whole, because its tables depend on all of
 * it, and its coefficients, because the marker in front of them holds their checksum: 9 bytes for each of its pixels.
 *
 * @throws StrataError PARAM_INVALID for sizes or a quality that cannot be, INTERNAL when rows are missing, ABORTED
 */
export async function embed(
  rows: Rows,
  options: EmbedOptions,
  { model, kernel, windowPixels }: EmbedParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const { low, quality } = options
  checkQuality(quality)
  for (const size of [low.width, low.height, options.high.width, options.high.height]) {
    if (!Number.isInteger(size) || size < 1 || size > 65535) {
      throw invalidParam('size', 'integers from 1 to 65535', size)
    }
  }
  const fitted = fit(rows, options, model.factor)
  const thumbnail = await makeThumbnail(fitted.rows, fitted.high, options, { model, windowPixels })
  const jpeg = { quality, subsampling: '444', kernel } as const
  const tables = model.predictor().predict(quantizePicture(thumbnail, { ...jpeg, tables: FINE }), quality)
  const coefficients = quantizePicture(thumbnail, { ...jpeg, tables })
  const marker = markerSegment({
    ...{ factor: model.factor, quality, model: model.id },
    ...{ high: fitted.high, checksum: checksumOf(coefficients) },
  })
  throwIfAborted(options.signal)
  return new Uint8Array(writeCoefficients(coefficients, { ...jpeg, tables, segments: [marker] }))
}

/** The rows as they are when their size is right up to rounding, else resized to exactly `factor` times `low`. */
function fit(rows: Rows, { high, low }: EmbedOptions, factor: number): { rows: Rows; high: Size } {
  const wanted = { width: factor * low.width, height: factor * low.height }
  if (isTimes(high, low, factor)) return { rows, high }
  return { rows: resized(rows, high, wanted), high: wanted }
}

async function* resized(rows: Rows, from: Size, to: Size): AsyncGenerator<RgbImage> {
  const resampler = createResampler({ ...from, outWidth: to.width, outHeight: to.height })
  for await (const { data } of rows) {
    const ready = resampler.write(data)
    if (ready) yield rgbImage(to.width, ready.length / (3 * to.width), ready)
  }
}
