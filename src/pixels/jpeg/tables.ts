import type { JpegTables } from './types.ts'

/** Natural (row-major) index of each zigzag position (T.81 figure A.6). */
export const ZIGZAG: Uint8Array = zigzag()

/** Quantization tables K.1 and K.2 of T.81, in natural order. */
// biome-ignore format: an 8x8 table reads best as one
const LUMA = Uint16Array.of(
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
)
// biome-ignore format: an 8x8 table reads best as one
const CHROMA = Uint16Array.of(
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
)

/** The tables that libjpeg uses for a quality of 1..100, limited to the 8 bits of baseline. */
export function tablesForQuality(quality: number): JpegTables {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  const scale = (base: Uint16Array): Uint16Array =>
    base.map((q) => Math.min(255, Math.max(1, Math.floor((q * percent + 50) / 100))))
  return [scale(LUMA), scale(CHROMA)]
}

/** A Huffman table as in a DHT segment: the number of codes of each length 1..16, and the symbols by rising code. */
export interface HuffmanSpec {
  readonly counts: readonly number[]
  readonly symbols: readonly number[]
}

/** Tables K.3..K.6 of T.81 in the order of token classes: luma DC, luma AC, chroma DC, chroma AC. */
export const STANDARD_HUFFMAN: readonly HuffmanSpec[] = [
  dc([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
  ac(
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282',
  ),
  dc([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
  ac(
    [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1',
  ),
]

function dc(counts: readonly number[]): HuffmanSpec {
  return { counts, symbols: Array.from({ length: 12 }, (_, i) => i) }
}

/** An AC table. `listed` holds the symbols of the short codes; all others follow in rising order with 16-bit codes. */
function ac(counts: readonly number[], listed: string): HuffmanSpec {
  const first = listed.match(/../g) as string[]
  const symbols = first.map((hex) => Number.parseInt(hex, 16))
  const seen = new Set(symbols)
  for (let run = 0; run < 16; run++) {
    for (let size = 1; size <= 10; size++) {
      if (!seen.has((run << 4) | size)) symbols.push((run << 4) | size)
    }
  }
  return { counts, symbols }
}

function zigzag(): Uint8Array {
  const order = new Uint8Array(64)
  let at = 0
  for (let sum = 0; sum < 15; sum++) {
    for (let i = Math.max(0, sum - 7); i <= Math.min(sum, 7); i++) {
      const row = sum % 2 === 0 ? sum - i : i
      order[at++] = row * 8 + (sum - row)
    }
  }
  return order
}
