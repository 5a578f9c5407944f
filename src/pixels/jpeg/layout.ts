import { invalidParam, StrataError } from '../../core/errors.ts'
import { MAX_DIMENSION } from '../../core/limits/table.ts'
import type { JpegLayout, JpegSubsampling } from './types.ts'

/**
 * @throws StrataError PARAM_INVALID for a side that is not a positive integer, INPUT_TOO_LARGE above 65535
 */
export function jpegLayout(width: number, height: number, subsampling: JpegSubsampling): JpegLayout {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1)
      throw invalidParam(name, `an integer from 1 to ${MAX_DIMENSION}`, value)
    if (value > MAX_DIMENSION) {
      throw new StrataError(
        'INPUT_TOO_LARGE',
        `${name}: a JPEG has at most ${MAX_DIMENSION} pixels, got ${value}`,
      )
    }
  }
  if (subsampling !== '420' && subsampling !== '444')
    throw invalidParam('subsampling', '420 or 444', subsampling)
  const mcuSize = subsampling === '420' ? 16 : 8
  const lumaBlocks = subsampling === '420' ? 4 : 1
  return {
    width,
    height,
    subsampling,
    mcuSize,
    mcusAcross: Math.ceil(width / mcuSize),
    mcusDown: Math.ceil(height / mcuSize),
    blocksPerMcu: lumaBlocks + 2,
    lumaBlocks,
  }
}

/**
 * Luma blocks that exist only to complete an MCU of 4:2:0: decoders drop them, so they get the cheapest content, the
 * mean of the block before and nothing else. Changes `coefficients` (one line of MCUs, the `line`-th) in place.
 */
export function emptyPadding(coefficients: Int16Array, layout: JpegLayout, line: number): void {
  if (layout.lumaBlocks === 1) return
  const { mcusAcross, mcusDown, width, height } = layout
  const noRight = Math.ceil(width / 8) % 2 === 1
  const noBottom = line === mcusDown - 1 && Math.ceil(height / 8) % 2 === 1
  const stride = layout.blocksPerMcu * 64
  for (let mcu = noBottom ? 0 : mcusAcross - 1; mcu < mcusAcross; mcu++) {
    const padRight = noRight && mcu === mcusAcross - 1
    for (let block = 1; block < 4; block++) {
      if (!(padRight && block % 2 === 1) && !(noBottom && block >= 2)) continue
      const at = mcu * stride + block * 64
      coefficients.fill(0, at, at + 64)
      coefficients[at] = coefficients[at - 64]!
    }
  }
}
