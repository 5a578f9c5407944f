import { throwIfAborted } from '../../core/abort.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import type { TensorAccess } from '../../network/engine.ts'
import type { EmbedOptions, Size } from '../rescaler.ts'
import type { HyperThumbnailModel } from './model.ts'
import { qualityPlane } from './quality.ts'
import { RowBuffer } from './row-buffer.ts'
import { type Window, windowsOf } from './windows.ts'

export type Rows = AsyncIterable<RgbImage> | Iterable<RgbImage>

/** Runs the encoder window by window over the picture, padded to whole blocks by repeating its last pixels. */
export async function makeThumbnail(
  rows: Rows,
  high: Size,
  { low, quality, signal }: EmbedOptions,
  parts: { readonly model: HyperThumbnailModel; readonly windowPixels?: number | undefined },
): Promise<RgbImage> {
  const { model, windowPixels: pixels } = parts
  const { factor, stride, haloRows } = model
  const { network, gain } = model.encoder()
  const blocks = (size: number): number => stride * Math.ceil((factor * size) / stride)
  const [width, height] = [blocks(low.width), blocks(low.height)]
  const thumbnail = rgbImage(low.width, low.height, new Uint8Array(3 * low.width * low.height))
  const buffer = new RowBuffer(high, { width, height })
  const windows = windowsOf({ width, height, stride, haloRows, pixels })
  let window = windows.next()
  const advance = (): void => {
    while (!window.done && buffer.to >= window.value.to) {
      throwIfAborted(signal)
      encodeWindow(window.value)
      buffer.discard(window.value.bottom - haloRows)
      window = windows.next()
    }
  }

  function encodeWindow({ top, bottom, from, to }: Window): void {
    const [lines, columns] = [(to - from) / 2, width / 2]
    const sums = new Float32Array(3 * lines * columns)
    const inputs = {
      picture: pictureWriter(buffer, from, lines, columns),
      quality4: qualityPlane(quality, (lines * columns) / 4),
      quality16: qualityPlane(quality, (lines * columns) / 64),
    }
    network.run(inputs, to - from, width, {
      base: addBase(sums, lines, columns, 1 / model.steps.base),
      hidden: addHidden(sums, lines, columns, gain(quality) / model.steps.hidden),
    })
    for (let y = top / 2; y < Math.min(bottom / 2, low.height); y++) {
      const source = 3 * (y - from / 2) * columns
      const target = 3 * y * low.width
      for (let i = 0; i < 3 * low.width; i++) {
        thumbnail.data[target + i] = clamp(Math.round(sums[source + i]! + 128))
      }
    }
  }

  for await (const strip of rows) {
    buffer.push(strip)
    advance()
  }
  if (buffer.received < high.height) {
    throw new StrataError('INTERNAL', `strips: expected ${high.height} rows, got ${buffer.received}`)
  }
  return thumbnail
}

/** Cells of 2x2 pixels, (position, colour) in the channels, centred on 0. */
function pictureWriter(buffer: RowBuffer, from: number, lines: number, columns: number): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    for (let line = 0; line < lines; line++) {
      for (let half = 0; half < 2; half++) {
        const row = buffer.row(from + 2 * line + half)
        let at = offset + line * rowStride + 6 * half
        for (let i = 0; i < 6 * columns; i += 6, at += cellStride) {
          view[at] = row[i]! - 128
          view[at + 1] = row[i + 1]! - 128
          view[at + 2] = row[i + 2]! - 128
          view[at + 3] = row[i + 3]! - 128
          view[at + 4] = row[i + 4]! - 128
          view[at + 5] = row[i + 5]! - 128
        }
      }
    }
  }
}

/** One cell a thumbnail pixel. */
function addBase(sums: Float32Array, lines: number, columns: number, step: number): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    for (let line = 0, out = 0; line < lines; line++) {
      let at = offset + line * rowStride
      for (let column = 0; column < columns; column++, at += cellStride) {
        for (let c = 0; c < 3; c++) sums[out++]! += step * view[at + c]!
      }
    }
  }
}

/** Cells of 2x2 thumbnail pixels, (position, colour) in the channels. */
function addHidden(sums: Float32Array, lines: number, columns: number, step: number): TensorAccess {
  return (view, cellStride, rowStride, offset) => {
    for (let line = 0, out = 0; line < lines; line++) {
      const start = offset + (line >> 1) * rowStride + 6 * (line & 1)
      for (let at = start; at < start + (columns / 2) * cellStride; at += cellStride) {
        for (let c = 0; c < 6; c++) sums[out++]! += step * view[at + c]!
      }
    }
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, value))
}
