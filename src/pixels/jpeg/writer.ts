import { concat } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { emptyPadding } from './layout.ts'
import { resolveJpegOptions } from './options.ts'
import { createScanWriter } from './scan.ts'
import type { JpegOptions, JpegWriter } from './types.ts'

/**
 * Makes a writer of a baseline JPEG that takes the picture's rows in pieces.
 *
 * @throws StrataError PARAM_INVALID for an option out of range, INPUT_TOO_LARGE for a side above 65535
 */
export function createJpegWriter(options: JpegOptions): JpegWriter {
  const resolved = resolveJpegOptions(options)
  const { layout, tables, kernel } = resolved
  const forward = kernel.forward(layout, tables)
  const scan = createScanWriter(resolved)
  const rowBytes = 3 * layout.width
  const lineBytes = rowBytes * layout.mcuSize
  /** Rows of an incomplete line of MCUs. */
  const waiting = new Uint8Array(lineBytes)
  let filled = 0
  let rows = 0
  let lines = 0

  function encodeLine(rgb: Uint8Array): Uint8Array | undefined {
    const coefficients = forward.transform(rgb, rgb.length / rowBytes)
    emptyPadding(coefficients, layout, lines++)
    return scan.line(forward.tokenize(coefficients))
  }

  function write(rgb: Uint8Array): Uint8Array | undefined {
    const count = rgb.length / rowBytes
    if (!Number.isInteger(count) || rows + count > layout.height) {
      const expected = `whole rows of ${rowBytes} bytes, at most ${layout.height - rows}`
      throw new StrataError('INTERNAL', `rgb: expected ${expected}, got ${rgb.length} bytes`)
    }
    rows += count
    const ready: Uint8Array[] = []
    for (let at = 0; at < rgb.length; ) {
      const end = Math.min(rgb.length, at + lineBytes - filled)
      const last = rows === layout.height && end === rgb.length
      let line = rgb.subarray(at, end)
      if (filled > 0 || (line.length < lineBytes && !last)) {
        waiting.set(line, filled)
        filled += line.length
        line = waiting.subarray(0, filled)
      }
      at = end
      if (line.length < lineBytes && !last) break
      filled = 0
      const bytes = encodeLine(line)
      if (bytes !== undefined) ready.push(bytes)
    }
    return ready.length > 0 ? concat(ready) : undefined
  }

  function finish(): Uint8Array {
    if (rows < layout.height) {
      throw new StrataError('INTERNAL', `finish: expected ${layout.height} rows, got ${rows}`)
    }
    return scan.finish()
  }

  return { write, finish }
}

/** Encodes a whole picture. @throws StrataError as createJpegWriter */
export function encodeJpeg(image: RgbImage, options: Omit<JpegOptions, 'width' | 'height'>): Uint8Array {
  const writer = createJpegWriter({ ...options, width: image.width, height: image.height })
  const first = writer.write(image.data)
  const rest = writer.finish()
  return first === undefined ? rest : concat([first, rest])
}
