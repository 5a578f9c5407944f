import { dataView } from '../../core/bytes.ts'

/** How the pixels of a file are stored (PNG, 11.2.2). */
export interface PngSamples {
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha */
  readonly colour: 0 | 2 | 3 | 4 | 6
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number
  /** PLTE: R, G, B of each colour. */
  readonly palette: Uint8Array
  /**
   * tRNS: alpha of the first colours of the palette, or the one transparent grey or RGB value. Empty without
   * transparency.
   */
  readonly transparency: Uint8Array
}

const CHANNELS: Readonly<Record<PngSamples['colour'], number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export function bitsPerPixel({ colour, depth }: Pick<PngSamples, 'colour' | 'depth'>): number {
  return CHANNELS[colour] * depth
}

/**
 * Makes the function that writes the pixels of unfiltered rows as 8-bit R, G, B, A. Samples of 16 bits keep their upper
 * eight; a colour index beyond the palette gives black.
 * @returns a function of the row, its number of pixels, the index of the first output pixel, and the step to the next
 *   one
 */
export function createExpander(
  samples: PngSamples,
): (row: Uint8Array, count: number, out: Uint8Array, at: number, step: number) => void {
  const { colour, depth } = samples
  const channels = CHANNELS[colour]
  const isGrey = colour === 0 || colour === 4
  const alphaAt = colour === 4 || colour === 6 ? channels - 1 : undefined
  const read = sampleReader(depth)
  const scale = depth < 8 && colour === 0 ? 255 / ((1 << depth) - 1) : 1
  const table = colour === 3 ? paletteTable(samples) : undefined
  const key = transparentKey(samples)

  return (row, count, out, at, step) => {
    for (let x = 0; x < count; x++, at += step) {
      const first = read(row, x * channels)
      if (table !== undefined) {
        out.set(table.subarray(4 * first, 4 * first + 4), at)
        continue
      }
      const g = isGrey ? first : read(row, x * channels + 1)
      const b = isGrey ? first : read(row, x * channels + 2)
      const isClear = key !== undefined && first === key[0] && g === key[1] && b === key[2]
      out[at] = toByte(first)
      out[at + 1] = toByte(g)
      out[at + 2] = toByte(b)
      if (alphaAt !== undefined) out[at + 3] = toByte(read(row, x * channels + alphaAt))
      else out[at + 3] = isClear ? 0 : 255
    }
  }

  function toByte(sample: number): number {
    return depth === 16 ? sample >> 8 : sample * scale
  }
}

/**
 * Returns a reader of sample i of a row. Samples of less than 8 bits are packed, the first in the upper bits (PNG,
 * 7.2).
 */
function sampleReader(depth: number): (row: Uint8Array, i: number) => number {
  if (depth === 8) return (row, i) => row[i]!
  if (depth === 16) return (row, i) => (row[2 * i]! << 8) | row[2 * i + 1]!
  const mask = (1 << depth) - 1
  return (row, i) => (row[(i * depth) >> 3]! >> (8 - depth - ((i * depth) & 7))) & mask
}

function paletteTable({ palette, transparency }: PngSamples): Uint8Array {
  const table = new Uint8Array(4 * 256)
  for (let i = 0; i < 256; i++) {
    table.set(palette.subarray(3 * i, 3 * i + 3), 4 * i)
    table[4 * i + 3] = transparency[i] ?? 255
  }
  return table
}

/** The samples of the transparent colour; a grey value three times. */
function transparentKey({ colour, transparency }: PngSamples): readonly number[] | undefined {
  const view = dataView(transparency)
  if (colour === 0 && transparency.length >= 2) return new Array<number>(3).fill(view.getUint16(0))
  if (colour === 2 && transparency.length >= 6) return [0, 2, 4].map((at) => view.getUint16(at))
  return undefined
}
