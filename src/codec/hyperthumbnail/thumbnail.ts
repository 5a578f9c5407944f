import { throwIfAborted } from '../../core/abort.ts'
import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import type { TensorAccess } from '../../network/engine.ts'
import type { Rows } from '../fit-rows.ts'
import type { EmbedOptions } from '../rescaler.ts'
import { RowBuffer } from '../row-buffer.ts'
import type { HyperThumbnailModel } from './model.ts'
import { type Settings, settingInputs } from './settings.ts'
import { type Window, windowsOf } from './windows.ts'

interface ThumbnailParts {
  readonly model: HyperThumbnailModel
  readonly settings: Settings
  readonly windowPixels?: number | undefined
}

/** Runs the encoder on the picture, window by window. It pads the picture to whole blocks by repeating its last pixels. */
export async function makeThumbnail(
  rows: Rows,
  high: Size,
  { low, signal }: Pick<EmbedOptions, 'low' | 'signal'>,
  { model, settings, windowPixels: pixels }: ThumbnailParts,
): Promise<RgbImage> {
  const { factor, stride, haloRows } = model
  const { network, gain } = model.encoder()
  const hiddenGain = (settings.strength / 100) * gain(settings.quality)
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
    const [lines, columns] = [(to - from) / factor, width / factor]
    const sums = new Float32Array(3 * lines * columns)
    const inputs = {
      picture: pictureWriter(buffer, { from, lines, columns, factor }),
      ...settingInputs(settings, factor, lines * columns),
    }
    network.run(inputs, to - from, width, {
      base: addBase(sums, lines, columns, 1 / model.steps.base),
      hidden: addHidden(sums, lines, columns, hiddenGain / model.steps.hidden),
    })
    for (let y = top / factor; y < Math.min(bottom / factor, low.height); y++) {
      const source = 3 * (y - from / factor) * columns
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

interface Cells {
  /** First row of the cells, in pixels of the picture. */
  readonly from: number
  /** Rows and columns of cells; a cell is a thumbnail pixel. */
  readonly lines: number
  readonly columns: number
  readonly factor: number
}

/** Writes the pixels of each cell as channels (position, colour), centred on 0. */
function pictureWriter(buffer: RowBuffer, { from, lines, columns, factor }: Cells): TensorAccess {
  const channels = 3 * factor
  return (view, cellStride, rowStride, offset) => {
    for (let line = 0; line < lines; line++) {
      for (let part = 0; part < factor; part++) {
        const row = buffer.row(from + factor * line + part)
        let at = offset + line * rowStride + channels * part
        for (let i = 0; i < channels * columns; i += channels, at += cellStride) {
          for (let c = 0; c < channels; c++) view[at + c] = row[i + c]! - 128
        }
      }
    }
  }
}

/** Adds an output with one cell per thumbnail pixel. */
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

/** Adds an output with cells of 2x2 thumbnail pixels, channels (position, colour). */
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
