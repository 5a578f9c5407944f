import { throwIfAborted } from '../../core/abort.ts'
import { quantizePicture, writeCoefficients } from '../../pixels/jpeg/coefficients.ts'
import type { JpegKernel, JpegTables } from '../../pixels/jpeg/types.ts'
import { fitRows, type Rows } from '../fit-rows.ts'
import { checkEmbed, type EmbedOptions } from '../rescaler.ts'
import { checksumOf, markerSegment } from './marker.ts'
import type { HyperThumbnailModel } from './model.ts'
import { makeThumbnail } from './thumbnail.ts'

interface EmbedParts {
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
  checkEmbed(options)
  const { quality } = options
  const fitted = fitRows(rows, options, model.factor)
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
