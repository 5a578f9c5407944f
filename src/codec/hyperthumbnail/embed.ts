import { throwIfAborted } from '../../core/abort.ts'
import { quantizePicture, writeCoefficients } from '../../pixels/jpeg/coefficients.ts'
import type { JpegKernel, JpegTables } from '../../pixels/jpeg/types.ts'
import { fitRows, type Rows } from '../fit-rows.ts'
import { checkEmbed, DEFAULT_STRENGTH, type EmbedOptions } from '../rescaler.ts'
import { checksumOf, markerSegment } from './marker.ts'
import type { HyperThumbnailModel } from './model.ts'
import { modelQuality } from './settings.ts'
import { makeThumbnail } from './thumbnail.ts'

interface EmbedParts {
  readonly model: HyperThumbnailModel
  /** Arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel | undefined
  /** Wanted pixels of a window (WindowOptions.pixels). @default 400,000 */
  readonly windowPixels?: number | undefined
}

/** Quantization steps of 1, with which the table predictor analyses the thumbnail. */
const FINE: JpegTables = [new Uint16Array(64).fill(1), new Uint16Array(64).fill(1)]

/**
 * Makes the thumbnail JPEG of size `low` that hides the picture in `rows`.
 *
 * Memory holds one window of the picture, the whole thumbnail, because its tables depend on all of it, and all of its
 * coefficients, because the marker in front of them holds their checksum: 9 bytes per pixel of the thumbnail.
 *
 * @throws StrataError PARAM_INVALID for sizes, a quality or a strength out of range, INTERNAL when rows are missing, ABORTED
 */
export async function embed(
  rows: Rows,
  options: EmbedOptions,
  { model, kernel, windowPixels }: EmbedParts,
): Promise<Uint8Array<ArrayBuffer>> {
  checkEmbed(options)
  const { quality } = options
  const strength = Math.round(100 * (options.strength ?? DEFAULT_STRENGTH))
  const settings = { quality: modelQuality(model.factor, quality), strength }
  const fitted = fitRows(rows, options, model.factor)
  const thumbnail = await makeThumbnail(fitted.rows, fitted.high, options, { model, settings, windowPixels })
  const jpeg = { quality, subsampling: '444', kernel } as const
  const tables = model.predictor().predict(quantizePicture(thumbnail, { ...jpeg, tables: FINE }), settings)
  const coefficients = quantizePicture(thumbnail, { ...jpeg, tables })
  const marker = markerSegment({
    ...{ factor: model.factor, ...settings, model: model.id },
    ...{ high: fitted.high, checksum: checksumOf(coefficients) },
  })
  throwIfAborted(options.signal)
  return new Uint8Array(writeCoefficients(coefficients, { ...jpeg, tables, segments: [marker] }))
}
