import { coveringPart, type Point, paddedPlace, type Rectangle, type Size } from '../core/box.ts'
import { type CreateResampler, createResampler } from './resample.ts'

type Rgb = readonly [r: number, g: number, b: number]

export interface FrameOptions {
  /** Size of the input picture. */
  readonly from: Size
  /** Size of the output picture. */
  readonly to: Size
  /**
   * `fill`: the whole picture at the size `to`. `cover`: the part around `focus` that has the proportions of `to`.
   * `pad`: the whole picture in its own proportions, centred, as large as `to` allows, with `background` around it.
   */
  readonly fit: 'fill' | 'cover' | 'pad'
  /** Point that `cover` keeps nearest to the centre. @default the picture's centre */
  readonly focus?: Point | undefined
  /** Colour around a padded picture. @default white */
  readonly background?: Rgb | undefined
  /** Bytes per pixel: see ResampleOptions. @default 3 */
  readonly channels?: 3 | 4
  /** @default the resampler in TypeScript */
  readonly createResampler?: CreateResampler | undefined
}

/**
 * Takes whole rows of interleaved 8-bit pixels, from the top. Returns the output rows that are ready, or undefined when
 * there are none.
 */
interface Framer {
  write(pixels: Uint8Array): Uint8Array | undefined
}

/**
 * Crops, resizes and pads row by row; holds only the rows that the filter spans.
 * @throws StrataError PARAM_INVALID for sizes that are no positive integers
 */
export function createFramer(options: FrameOptions): Framer {
  const { from, to, channels = 3, createResampler: create = createResampler } = options
  const part = partOf(options)
  const shown = shownIn(options)
  const resampler = create({ ...part, outWidth: shown.width, outHeight: shown.height, channels })
  const background = [...(options.background ?? [255, 255, 255]), 255].slice(0, channels)
  const padded = shown.width !== to.width || shown.height !== to.height
  const rowBytes = channels * from.width
  let received = 0
  let sent = 0

  function write(pixels: Uint8Array): Uint8Array | undefined {
    const rows = pixels.length / rowBytes
    const wanted = crop(pixels, rows)
    received += rows
    const ready = wanted.length > 0 ? resampler.write(wanted) : undefined
    if (ready === undefined) return undefined
    return padded ? pad(ready) : ready
  }

  /** The pixels of these rows that lie in `part`. */
  function crop(pixels: Uint8Array, rows: number): Uint8Array {
    const first = Math.max(0, part.top - received)
    const last = Math.min(rows, part.top + part.height - received)
    if (last <= first) return pixels.subarray(0, 0)
    if (part.width === from.width) return pixels.subarray(first * rowBytes, last * rowBytes)
    const out = new Uint8Array(channels * part.width * (last - first))
    for (let row = first; row < last; row++) {
      const start = row * rowBytes + channels * part.left
      out.set(pixels.subarray(start, start + channels * part.width), channels * part.width * (row - first))
    }
    return out
  }

  /** Pads rows of `shown` to rows of `to`. The rows above come with the first call, those below with the last. */
  function pad(ready: Uint8Array): Uint8Array {
    const rows = ready.length / (channels * shown.width)
    const above = sent === 0 ? shown.top : 0
    sent += rows
    const below = sent === shown.height ? to.height - shown.top - shown.height : 0
    const out = coloured(to.width * (above + rows + below), background)
    for (let row = 0; row < rows; row++) {
      const line = ready.subarray(channels * shown.width * row, channels * shown.width * (row + 1))
      out.set(line, channels * (to.width * (above + row) + shown.left))
    }
    return out
  }

  return { write }
}

function partOf({ from, to, fit, focus }: FrameOptions): Rectangle {
  return fit === 'cover' ? coveringPart(from, to, focus) : { ...from, left: 0, top: 0 }
}

function shownIn({ from, to, fit }: FrameOptions): Rectangle {
  return fit === 'pad' ? paddedPlace(from, to) : { ...to, left: 0, top: 0 }
}

/** @param colour one byte for each channel */
function coloured(pixels: number, colour: readonly number[]): Uint8Array {
  const out = new Uint8Array(colour.length * pixels)
  if (colour.every((value) => value === colour[0])) return out.fill(colour[0]!)
  for (let at = 0; at < out.length; at += colour.length) out.set(colour, at)
  return out
}
