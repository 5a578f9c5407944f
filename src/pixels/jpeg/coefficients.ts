import { concat } from '../../core/bytes.ts'
import { invalidParam } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { emptyPadding } from './layout.ts'
import { resolveJpegOptions } from './options.ts'
import { createScanWriter } from './scan.ts'
import type { JpegLayout, JpegOptions } from './types.ts'

/** The quantized coefficients of a whole picture, for writers whose header depends on them. */
export interface JpegCoefficients {
  readonly layout: JpegLayout
  /** 64 coefficients per block in zigzag order, blocks in scan order (MCU by MCU). */
  readonly scan: Int16Array
}

type PictureOptions = Omit<JpegOptions, 'width' | 'height'>

/** Converts colours, transforms and quantizes a picture. @throws StrataError as createJpegWriter */
export function quantizePicture(image: RgbImage, options: PictureOptions): JpegCoefficients {
  const { width, height, data } = image
  const { layout, tables, kernel } = resolveJpegOptions({ ...options, width, height })
  const forward = kernel.forward(layout, tables)
  const perLine = layout.mcusAcross * layout.blocksPerMcu * 64
  const scan = new Int16Array(perLine * layout.mcusDown)
  for (let line = 0; line < layout.mcusDown; line++) {
    const from = line * layout.mcuSize
    const to = Math.min(height, from + layout.mcuSize)
    const coefficients = forward.transform(data.subarray(3 * width * from, 3 * width * to), to - from)
    emptyPadding(coefficients, layout, line)
    scan.set(coefficients, line * perLine)
  }
  return { layout, scan }
}

/**
 * Writes a JPEG with exactly these coefficients. `options` must hold the tables that quantized them.
 *
 * @throws StrataError PARAM_INVALID when baseline cannot hold a coefficient, and as createJpegWriter
 */
export function writeCoefficients(coefficients: JpegCoefficients, options: PictureOptions): Uint8Array {
  const { width, height, subsampling } = coefficients.layout
  const resolved = resolveJpegOptions({ ...options, width, height, subsampling })
  const { layout, tables, kernel } = resolved
  const perLine = layout.mcusAcross * layout.blocksPerMcu * 64
  checkCoefficients(coefficients.scan, perLine * layout.mcusDown)
  const forward = kernel.forward(layout, tables)
  const scan = createScanWriter(resolved)
  const parts: Uint8Array[] = []
  for (let line = 0; line < layout.mcusDown; line++) {
    const tokens = forward.tokenize(coefficients.scan.subarray(line * perLine, (line + 1) * perLine))
    const bytes = scan.line(tokens)
    if (bytes !== undefined) parts.push(bytes)
  }
  return concat([...parts, scan.finish()])
}

/**
 * The coefficients component by component (Y, Cb, Cr), in rows of blocks, without the blocks that only complete an
 * MCU. A checksum of the coefficients is taken in this order.
 */
export function* blockRows({ layout, scan }: JpegCoefficients): Generator<Int16Array, void> {
  const { mcusAcross, blocksPerMcu, lumaBlocks } = layout
  for (let component = 0; component < 3; component++) {
    const side = component === 0 && lumaBlocks === 4 ? 2 : 1
    const { across, down } = blockCounts(layout, side)
    for (let v = 0; v < down; v++) {
      const row = new Int16Array(64 * across)
      for (let u = 0; u < across; u++) {
        const mcu = Math.floor(v / side) * mcusAcross + Math.floor(u / side)
        const inMcu = component === 0 ? (v % side) * side + (u % side) : lumaBlocks + component - 1
        const at = 64 * (mcu * blocksPerMcu + inMcu)
        row.set(scan.subarray(at, at + 64), 64 * u)
      }
      yield row
    }
  }
}

function blockCounts(layout: JpegLayout, side: number): { across: number; down: number } {
  const pixels = layout.mcuSize / side
  return { across: Math.ceil(layout.width / pixels), down: Math.ceil(layout.height / pixels) }
}

/** Baseline holds AC amplitudes of 10 bits and DC differences of 11. */
function checkCoefficients(scan: Int16Array, length: number): void {
  if (scan.length !== length) throw invalidParam('coefficients', `${length} values`, scan.length)
  for (let i = 0; i < scan.length; i++) {
    const [low, high] = i % 64 === 0 ? [-1024, 1023] : [-1023, 1023]
    if (scan[i]! < low || scan[i]! > high) throw invalidParam('coefficients', `${low} to ${high}`, scan[i])
  }
}
