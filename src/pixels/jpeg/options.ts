import { invalidParam } from '../../core/errors.ts'
import { jpegKernel } from './forward.ts'
import { jpegLayout } from './layout.ts'
import { tablesForQuality } from './tables.ts'
import type { JpegKernel, JpegLayout, JpegOptions, JpegSegment, JpegTables } from './types.ts'

/** Checked options with defaults filled in. */
export interface ResolvedJpegOptions {
  readonly layout: JpegLayout
  readonly tables: JpegTables
  readonly optimized: boolean
  readonly segments: readonly JpegSegment[]
  readonly kernel: JpegKernel
}

/** Pictures with fewer pixels get optimized tables by default, which need the memory of all tokens. */
const OPTIMIZED_BELOW = 4e6

const MAX_SEGMENT = 65533

/** @throws StrataError PARAM_INVALID or INPUT_TOO_LARGE that names the option */
export function resolveJpegOptions(options: JpegOptions): ResolvedJpegOptions {
  const { width, height, quality, subsampling, tables, huffman, segments = [], kernel = jpegKernel } = options
  const layout = jpegLayout(width, height, subsampling)
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw invalidParam('quality', 'an integer from 1 to 100', quality)
  }
  if (huffman !== undefined && huffman !== 'standard' && huffman !== 'optimized') {
    throw invalidParam('huffman', 'standard or optimized', huffman)
  }
  tables?.forEach((table) => {
    const bad = table.find((q) => q < 1 || q > 255)
    if (table.length !== 64) throw invalidParam('tables', '64 steps each', table.length)
    if (bad !== undefined) throw invalidParam('tables', 'steps from 1 to 255', bad)
  })
  for (const { marker, data } of segments) {
    if (!((marker >= 0xe0 && marker <= 0xef) || marker === 0xfe)) {
      throw invalidParam('segments', 'markers 0xe0..0xef or 0xfe', marker)
    }
    if (data.length > MAX_SEGMENT) throw invalidParam('segments', `at most ${MAX_SEGMENT} bytes`, data.length)
  }
  const optimized = (huffman ?? (width * height < OPTIMIZED_BELOW ? 'optimized' : 'standard')) === 'optimized'
  return { layout, tables: tables ?? tablesForQuality(quality), optimized, segments, kernel }
}
