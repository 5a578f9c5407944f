import { dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { bitsPerPixel, type PngSamples } from './samples.ts'

/** Which bit depths each colour type may have (PNG, 11.2.2, table 11.1). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/** Passes of an interlaced file (PNG, 8.2): first column and row, and the steps from one to the next. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
const WHOLE = [[0, 0, 1, 1]] as const

/** IHDR. */
export interface PngHeader extends Pick<PngSamples, 'colour' | 'depth'> {
  readonly width: number
  readonly height: number
  readonly interlaced: boolean
}

/**
 * @param data of IHDR
 * @throws StrataError INPUT_CORRUPT
 */
export function readPngHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) throw corrupt('IHDR is not the first chunk, or has another length than 13')
  const view = dataView(data)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth = 0, colour = 0, compression, filters, interlace = 0] = data.subarray(8)
  const isKnown = DEPTHS[colour]?.includes(depth) && compression === 0 && filters === 0 && interlace < 2
  if (!isKnown || width === 0 || height === 0) throw corrupt('IHDR holds an impossible value')
  return { width, height, depth, colour: colour as PngSamples['colour'], interlaced: interlace === 1 }
}

/** Rows of one pass, and where its pixels lie in the picture. */
export interface Pass {
  readonly left: number
  readonly top: number
  readonly stepX: number
  readonly stepY: number
  readonly columns: number
  readonly rows: number
  /** Without the byte that names the filter. */
  readonly rowBytes: number
}

/** The passes that hold pixels. */
export function passesOf(header: PngHeader): Pass[] {
  const { width, height, interlaced } = header
  return (interlaced ? ADAM7 : WHOLE).flatMap(([left, top, stepX, stepY]) => {
    const columns = Math.ceil((width - left) / stepX)
    const rows = Math.ceil((height - top) / stepY)
    if (columns <= 0 || rows <= 0) return []
    const rowBytes = Math.ceil((columns * bitsPerPixel(header)) / 8)
    return [{ left, top, stepX, stepY, columns, rows, rowBytes }]
  })
}

function corrupt(what: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `PNG: ${what}`)
}
