/** Rows [top, bottom) are wanted; to compute them, a network must see [from, to). */
export interface Window {
  readonly top: number
  readonly bottom: number
  readonly from: number
  readonly to: number
}

interface WindowOptions {
  readonly width: number
  /** A multiple of `stride`, like all rows here. */
  readonly height: number
  readonly stride: number
  readonly haloRows: number
  /** Wanted pixels of a window, at most, where a row of blocks is not more. @default 400,000 */
  readonly pixels?: number | undefined
}

/** What the networks hold for each pixel is about 50 bytes: 20 MB. */
const PIXELS = 400_000

/** Cuts a picture into windows from top to bottom; at its own edges there is nothing more to see. */
export function* windowsOf(options: WindowOptions): Generator<Window> {
  const { width, height, stride, haloRows, pixels = PIXELS } = options
  const rows = stride * Math.max(1, Math.floor(pixels / (width * stride)))
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows)
    yield { top, bottom, from: Math.max(0, top - haloRows), to: Math.min(height, bottom + haloRows) }
  }
}
