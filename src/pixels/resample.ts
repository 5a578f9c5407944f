import { StrataError } from '../core/errors.ts'
import { type RgbImage, rgbImage } from '../core/image.ts'
import {
  type ResampleFilter,
  type ResampleWeights,
  resampleWeights,
  WEIGHT_BITS,
} from './resample-weights.ts'

const HALF = 1 << (WEIGHT_BITS - 1)

export interface ResampleOptions {
  readonly width: number
  readonly height: number
  readonly outWidth: number
  readonly outHeight: number
  /** Default: lanczos3. */
  readonly filter?: ResampleFilter | undefined
  /** Bytes per pixel. With four, the last is alpha, and the others are premultiplied with it. @default 3 */
  readonly channels?: 3 | 4
}

/** Resizes row by row; holds only the rows that the filter spans. */
export interface Resampler {
  /**
   * @param pixels n whole rows of the input, top to bottom; the last call gives the last row of the output
   * @returns the rows that are ready, undefined when there are none
   * @throws StrataError INTERNAL for part of a row or more rows than the height
   */
  write(pixels: Uint8Array): Uint8Array | undefined
}

/** @throws StrataError PARAM_INVALID for sizes that are no positive integers */
export type CreateResampler = (options: ResampleOptions) => Resampler

/** The arithmetic of a resampler. Both passes work in a ring of rows of the output's width: row y is at y % down.taps. */
interface ResamplePasses {
  /** Resizes row `row` of the input, which begins at pixels[from], horizontally into the ring. */
  across(pixels: Uint8Array, from: number, row: number): void
  /** Computes row `row` of the output from the rows of the ring, and writes it to out[at]. */
  down(row: number, out: Uint8Array, at: number): void
}

/**
 * Makes a resizer of interleaved 8-bit RGB or RGBA: first horizontally, then vertically, with 8 bits in between, as
 * Pillow's `Image.resize`.
 *
 * @throws StrataError PARAM_INVALID for sizes that are no positive integers
 */
export const createResampler: CreateResampler = (options) => {
  const { width, height, outWidth, outHeight, filter = 'lanczos3', channels = 3 } = options
  const across = resampleWeights(width, outWidth, filter)
  const down = resampleWeights(height, outHeight, filter)
  const outBytes = channels * outWidth
  const ring = new Uint8Array(down.taps * outBytes)
  const resampleRow = channels === 3 ? resampleRgb : resampleRgba
  return streamRows(options, down, {
    across(pixels, from, row) {
      resampleRow(pixels, from, across, ring, (row % down.taps) * outBytes, outWidth)
    },
    down(row, out, at) {
      blendRows(ring, outBytes, down, row, out, at)
    },
  })
}

/** Makes a resampler from these passes. It decides when each pass runs, and checks what the caller writes. */
export function streamRows(
  { width, height, outWidth, outHeight, channels = 3 }: ResampleOptions,
  down: ResampleWeights,
  passes: ResamplePasses,
): Resampler {
  const rowBytes = channels * width
  const outBytes = channels * outWidth
  let received = 0
  let sent = 0

  function write(pixels: Uint8Array): Uint8Array | undefined {
    const rows = pixels.length / rowBytes
    if (!Number.isInteger(rows) || received + rows > height) {
      const expected = `whole rows of ${rowBytes} bytes, at most ${height - received}`
      throw new StrataError('INTERNAL', `pixels: expected ${expected}, got ${pixels.length} bytes`)
    }
    let ready = sent
    while (ready < outHeight && rowsNeeded(down, ready) <= received + rows) ready++
    const out = new Uint8Array((ready - sent) * outBytes)
    for (let row = 0, at = 0; row < rows; row++) {
      passes.across(pixels, row * rowBytes, received)
      received++
      for (; sent < outHeight && rowsNeeded(down, sent) <= received; sent++, at += outBytes) {
        passes.down(sent, out, at)
      }
    }
    return out.length > 0 ? out : undefined
  }

  return { write }
}

/**
 * Resizes a whole picture; see createResampler. The same size gives the same pixels, in a new buffer.
 *
 * @param filter default: lanczos3
 */
export function resample(image: RgbImage, width: number, height: number, filter?: ResampleFilter): RgbImage {
  const sizes = { width: image.width, height: image.height, outWidth: width, outHeight: height }
  return rgbImage(width, height, createResampler({ ...sizes, filter }).write(image.data) ?? new Uint8Array(0))
}

function rowsNeeded(down: ResampleWeights, row: number): number {
  return down.first[row]! + down.count[row]!
}

/** Sums stay within 32 bits; `| 0` tells the compiler so. */
function resampleRgb(
  rgb: Uint8Array,
  from: number,
  { taps, first, count, weights }: ResampleWeights,
  out: Uint8Array,
  outAt: number,
  outWidth: number,
): void {
  for (let x = 0; x < outWidth; x++) {
    let at = from + 3 * first[x]!
    let r = HALF
    let g = HALF
    let b = HALF
    const end = x * taps + count[x]!
    for (let i = x * taps; i < end; i++, at += 3) {
      const weight = weights[i]!
      r = (r + Math.imul(weight, rgb[at]!)) | 0
      g = (g + Math.imul(weight, rgb[at + 1]!)) | 0
      b = (b + Math.imul(weight, rgb[at + 2]!)) | 0
    }
    out[outAt] = clamp(r)
    out[outAt + 1] = clamp(g)
    out[outAt + 2] = clamp(b)
    outAt += 3
  }
}

/** As resampleRgb, with a fourth channel. */
function resampleRgba(
  rgba: Uint8Array,
  from: number,
  { taps, first, count, weights }: ResampleWeights,
  out: Uint8Array,
  outAt: number,
  outWidth: number,
): void {
  for (let x = 0; x < outWidth; x++) {
    let at = from + 4 * first[x]!
    let r = HALF
    let g = HALF
    let b = HALF
    let a = HALF
    const end = x * taps + count[x]!
    for (let i = x * taps; i < end; i++, at += 4) {
      const weight = weights[i]!
      r = (r + Math.imul(weight, rgba[at]!)) | 0
      g = (g + Math.imul(weight, rgba[at + 1]!)) | 0
      b = (b + Math.imul(weight, rgba[at + 2]!)) | 0
      a = (a + Math.imul(weight, rgba[at + 3]!)) | 0
    }
    out[outAt] = clamp(r)
    out[outAt + 1] = clamp(g)
    out[outAt + 2] = clamp(b)
    out[outAt + 3] = clamp(a)
    outAt += 4
  }
}

function blendRows(
  ring: Uint8Array,
  rowBytes: number,
  { taps, first, count, weights }: ResampleWeights,
  row: number,
  out: Uint8Array,
  outAt: number,
): void {
  const sums = new Int32Array(rowBytes).fill(HALF)
  for (let i = 0; i < count[row]!; i++) {
    const weight = weights[row * taps + i]!
    const at = ((first[row]! + i) % taps) * rowBytes
    for (let x = 0; x < rowBytes; x++) sums[x]! += weight * ring[at + x]!
  }
  for (let x = 0; x < rowBytes; x++) out[outAt + x] = clamp(sums[x]!)
}

function clamp(sum: number): number {
  return Math.max(0, Math.min(255, sum >> WEIGHT_BITS))
}
