import type { JpegLayout } from './types.ts'

/*
 * YCbCr of JFIF (Rec. 601, full range) in 15-bit integers. Samples keep two fractional bits and are centred on 0, so
 * that the DCT gets more precision than 8-bit samples would give it.
 */
const HALF = 1 << 12
const Y_OFFSET = HALF - (512 << 13)

/** The samples of one line of MCUs, as one plane per component; sides are multiples of 8. */
interface SamplePlanes {
  readonly y: Int16Array
  readonly cb: Int16Array
  readonly cr: Int16Array
  readonly yStride: number
  readonly cStride: number
}

export function samplePlanes(layout: JpegLayout): SamplePlanes {
  const yStride = layout.mcusAcross * layout.mcuSize
  const cStride = layout.mcusAcross * 8
  const plane = (stride: number, rows: number): Int16Array => new Int16Array(stride * rows)
  return { y: plane(yStride, layout.mcuSize), cb: plane(cStride, 8), cr: plane(cStride, 8), yStride, cStride }
}

/**
 * Fills the planes from `rows` rows of `width` pixels. The last pixel of a row and the last row are repeated up to
 * the end of the MCU. Chroma of 4:2:0 is the mean of four pixels.
 */
export function convertLine(rgb: Uint8Array, rows: number, layout: JpegLayout, planes: SamplePlanes): void {
  const step = layout.mcuSize / 8
  for (let row = 0; row < layout.mcuSize; row += step) {
    if (step === 1) convertRow(rgb, Math.min(row, rows - 1), row, layout, planes)
    else convertRowPair(rgb, Math.min(row, rows - 1), Math.min(row + 1, rows - 1), row, layout, planes)
  }
}

function convertRow(
  rgb: Uint8Array,
  from: number,
  to: number,
  layout: JpegLayout,
  planes: SamplePlanes,
): void {
  const { width } = layout
  const { y, cb, cr, yStride } = planes
  for (let x = 0; x < yStride; x++) {
    const at = 3 * (from * width + Math.min(x, width - 1))
    const r = rgb[at]!
    const g = rgb[at + 1]!
    const b = rgb[at + 2]!
    const out = to * yStride + x
    y[out] = luma(r, g, b)
    cb[out] = (blue(r, g, b) + HALF) >> 13
    cr[out] = (red(r, g, b) + HALF) >> 13
  }
}

function convertRowPair(
  rgb: Uint8Array,
  upper: number,
  lower: number,
  to: number,
  layout: JpegLayout,
  planes: SamplePlanes,
): void {
  const { width } = layout
  const { y, cb, cr, yStride, cStride } = planes
  const last = width - 1
  for (let x = 0; x < yStride; x += 2) {
    let r = 0
    let g = 0
    let b = 0
    for (let i = 0; i < 4; i++) {
      const at = 3 * ((i < 2 ? upper : lower) * width + Math.min(x + (i & 1), last))
      const pr = rgb[at]!
      const pg = rgb[at + 1]!
      const pb = rgb[at + 2]!
      y[(to + (i >> 1)) * yStride + x + (i & 1)] = luma(pr, pg, pb)
      r += pr
      g += pg
      b += pb
    }
    const out = (to >> 1) * cStride + (x >> 1)
    cb[out] = (blue(r, g, b) + 4 * HALF) >> 15
    cr[out] = (red(r, g, b) + 4 * HALF) >> 15
  }
}

function luma(r: number, g: number, b: number): number {
  return (9798 * r + 19235 * g + 3735 * b + Y_OFFSET) >> 13
}

function blue(r: number, g: number, b: number): number {
  return 16384 * b - 5529 * r - 10855 * g
}

function red(r: number, g: number, b: number): number {
  return 16384 * r - 13720 * g - 2664 * b
}
