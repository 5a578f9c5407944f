import { inverseDct } from '../../pixels/jpeg/inverse.ts'
import type { JpegFile } from '../../pixels/jpeg/reader.ts'
import { ZIGZAG } from '../../pixels/jpeg/tables.ts'

/** Inputs that the decoder network reads from a thumbnail. */
export interface ThumbnailPlanes {
  /** Size of the thumbnail in pixels, rounded up to whole blocks. */
  readonly width: number
  readonly height: number
  /** Dequantized coefficients, 192 per block: [component][zigzag position]. */
  readonly coefficients: Int16Array
  /** R, G, B of every pixel, centred on 0 and multiplied by `step`. */
  readonly samples: Int16Array
}

/** Limit of dequantized coefficients in the networks. Coefficients of real pictures are within +-1024. */
const COEFFICIENT_LIMIT = 2047

/** @param file 4:4:4 */
export function thumbnailPlanes(
  { coefficients: { layout, scan }, tables }: JpegFile,
  step: number,
): ThumbnailPlanes {
  const { mcusAcross, mcusDown } = layout
  const [width, height] = [8 * mcusAcross, 8 * mcusDown]
  const coefficients = new Int16Array(scan.length)
  const samples = new Int16Array(3 * width * height)
  const steps = [tables[0], tables[1], tables[1]].map((table) => ZIGZAG.map((natural) => table[natural]!))
  const planes = [0, 1, 2].map(() => new Float32Array(64))
  const [luma, blue, red] = planes as [Float32Array, Float32Array, Float32Array]
  for (let block = 0; block < mcusAcross * mcusDown; block++) {
    for (let component = 0; component < 3; component++) {
      const at = 64 * (3 * block + component)
      for (let i = 0; i < 64; i++) {
        const value = scan[at + i]! * steps[component]![i]!
        coefficients[at + i] = Math.max(-COEFFICIENT_LIMIT, Math.min(COEFFICIENT_LIMIT, value))
      }
      inverseDct(coefficients, at, planes[component]!)
    }
    const [top, left] = [8 * Math.floor(block / mcusAcross), 8 * (block % mcusAcross)]
    for (let i = 0; i < 64; i++) {
      const at = 3 * ((top + (i >> 3)) * width + left + (i & 7))
      const [y, cb, cr] = [luma[i]!, blue[i]!, red[i]!]
      samples[at] = Math.round(step * (y + 1.402 * cr))
      samples[at + 1] = Math.round(step * (y - 0.344136 * cb - 0.714136 * cr))
      samples[at + 2] = Math.round(step * (y + 1.772 * cb))
    }
  }
  return { width, height, coefficients, samples }
}
