/** Wanted rows [top, bottom), and the rows [from, to) that a network must read to compute them. */
export interface Window {
  readonly top: number
  readonly bottom: number
  readonly from: number
  readonly to: number
}

interface WindowOptions {
  readonly width: number
  /** Height of the picture in rows; a multiple of `stride`, like all row numbers of a window. */
  readonly height: number
  readonly stride: number
  readonly haloRows: number
  /** Most wanted pixels of a window, which has at least one row of blocks. @default 400,000 */
  readonly pixels?: number | undefined
}

/** The networks take about 50 bytes per pixel, so a window takes 20 MB. */
const PIXELS = 400_000

/** Cuts a picture into windows from top to bottom. [from, to) ends at the edges of the picture. */
export function* windowsOf(options: WindowOptions): Generator<Window> {
  const { width, height, stride, haloRows, pixels = PIXELS } = options
  const rows = stride * Math.max(1, Math.floor(pixels / (width * stride)))
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows)
    yield { top, bottom, from: Math.max(0, top - haloRows), to: Math.min(height, bottom + haloRows) }
  }
}
