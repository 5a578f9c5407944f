import { throwIfAborted } from '../../core/abort.ts'
import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { withChunk } from '../../pixels/png/chunks.ts'
import { fitRows, type Rows } from '../fit-rows.ts'
import { checkEmbed, type EmbedOptions } from '../rescaler.ts'
import { RowBuffer } from '../row-buffer.ts'
import { forwardStages } from './coupling.ts'
import { checksumOf, markerChunk } from './marker.ts'
import type { IrnModel } from './model.ts'

/** Writes a lossless PNG of 8-bit RGB. */
export type EncodePng = (image: RgbImage) => Promise<Uint8Array>

/**
 * Makes the thumbnail PNG of size `low` that hides the picture in `rows`. Memory holds only the rows of the picture that
 * the stages need, so it does not grow with the picture's height.
 *
 * @throws StrataError PARAM_INVALID for sizes out of range, INTERNAL when rows are missing, ABORTED
 */
export async function embed(
  rows: Rows,
  options: EmbedOptions,
  { model, encodePng }: { readonly model: IrnModel; readonly encodePng: EncodePng },
): Promise<Uint8Array<ArrayBuffer>> {
  checkEmbed(options)
  const { factor } = model
  const fitted = fitRows(rows, options, factor)
  const thumbnail = await downscale(fitted.rows, fitted.high, options, model)
  const png = await encodePng(thumbnail)
  throwIfAborted(options.signal)
  const marker = { factor, model: model.id, high: fitted.high, checksum: checksumOf(thumbnail) }
  return withChunk(png, markerChunk(marker))
}

/** @param high size of the picture in `rows`, which is padded or cropped to factor times `low` */
async function downscale(
  rows: Rows,
  high: Size,
  { low, signal }: EmbedOptions,
  model: IrnModel,
): Promise<RgbImage> {
  const { factor, unit, centre } = model
  const size = { width: factor * low.width, height: factor * low.height }
  const thumbnail = rgbImage(low.width, low.height, new Uint8Array(3 * low.width * low.height))
  const clamped = new Uint8ClampedArray(thumbnail.data.buffer)
  const channels = 3 * factor ** 2
  let line = 0
  const stages = forwardStages(model, size.width, {
    row(values) {
      let out = 3 * low.width * line++
      for (let at = 0; at < values.length; at += channels) {
        for (let c = 0; c < 3; c++) clamped[out++] = values[at + c]! * unit + centre
      }
    },
    end() {},
  })
  const buffer = new RowBuffer(high, size)
  let next = 0
  for await (const strip of rows) {
    throwIfAborted(signal)
    buffer.push(strip)
    while (next < buffer.to)
      stages.row(Float32Array.from(buffer.row(next++), (value) => (value - centre) / unit))
    buffer.discard(next)
  }
  if (buffer.received < high.height) {
    throw new StrataError('INTERNAL', `strips: expected ${high.height} rows, got ${buffer.received}`)
  }
  throwIfAborted(signal)
  stages.end()
  return thumbnail
}
