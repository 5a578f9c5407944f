import { StrataError } from '../../core/errors.ts'
import type { HuffmanSpec } from './tables.ts'
import type { JpegLayout } from './types.ts'

const PEEK = 16

/**
 * Decodes the quantized coefficients of one interleaved scan (T.81 F.2.2), in the order of JpegCoefficients.
 *
 * @param data from the first entropy-coded byte on
 * @throws StrataError INPUT_CORRUPT
 */
export function readScan(
  data: Uint8Array,
  { mcusAcross, mcusDown, blocksPerMcu, lumaBlocks }: JpegLayout,
  huffman: readonly HuffmanSpec[],
): Int16Array {
  const blocks = mcusAcross * mcusDown * blocksPerMcu
  // A block takes at least 2 bits (a DC code and an EOB), so data this short cannot hold the blocks of the header.
  if (blocks > 4 * data.length) throw corrupt('more data')
  const scan = new Int16Array(64 * blocks)
  const lookups = huffman.map(lookupOf)
  const bits = new BitReader(data)
  const dc = [0, 0, 0]
  for (let block = 0; block < blocks; block++) {
    const inMcu = block % blocksPerMcu
    const component = inMcu < lumaBlocks ? 0 : inMcu - lumaBlocks + 1
    const first = component === 0 ? 0 : 2
    dc[component] = dc[component]! + bits.amplitude(bits.symbol(lookups[first]!) & 15)
    scan[64 * block] = dc[component]!
    for (let k = 1; k < 64; ) {
      const symbol = bits.symbol(lookups[first + 1]!)
      const size = symbol & 15
      k += symbol >> 4
      if (size === 0) {
        if (symbol !== 0xf0) break
        k++
        continue
      }
      if (k > 63) throw corrupt('at most 64 coefficients a block')
      scan[64 * block + k++] = bits.amplitude(size)
    }
  }
  return scan
}

/** Decoding table by the next 16 bits: `length << 8 | symbol` of the code they start with, or 0 when there is none. */
function lookupOf({ counts, symbols }: HuffmanSpec): Uint16Array {
  const lookup = new Uint16Array(1 << PEEK)
  let at = 0
  let next = 0
  counts.forEach((count, i) => {
    const span = 1 << (PEEK - 1 - i)
    for (let j = 0; j < count; j++, at += span) {
      lookup.fill(((i + 1) << 8) | symbols[next++]!, at, at + span)
    }
  })
  return lookup
}

/** Reads the bits of an entropy-coded segment. Behind its end it returns ones, as T.81 pads a segment. */
class BitReader {
  readonly #data: Uint8Array
  #at = 0
  #bits = 0
  #count = 0
  /** Number of padding bits that were read behind the end. */
  #beyond = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  symbol(lookup: Uint16Array): number {
    this.#fill(PEEK)
    const entry = lookup[(this.#bits >>> (this.#count - PEEK)) & 0xffff]!
    if (entry === 0) throw corrupt('a Huffman code')
    this.#take(entry >> 8)
    return entry & 0xff
  }

  /** Reads a signed value of `size` bits (EXTEND of T.81 F.2.2.1). */
  amplitude(size: number): number {
    if (size === 0) return 0
    this.#fill(size)
    const value = (this.#bits >>> (this.#count - size)) & ((1 << size) - 1)
    this.#take(size)
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
  }

  #take(count: number): void {
    this.#count -= count
    if (this.#count < this.#beyond) throw corrupt('more data')
  }

  #fill(count: number): void {
    while (this.#count < count) {
      const byte = this.#data[this.#at]
      const isEnd = byte === undefined || (byte === 0xff && this.#data[this.#at + 1] !== 0)
      this.#bits = (this.#bits << 8) | (isEnd ? 0xff : byte)
      this.#count += 8
      if (isEnd) this.#beyond += 8
      else this.#at += byte === 0xff ? 2 : 1
    }
  }
}

function corrupt(expected: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `JPEG: expected ${expected} in the scan`)
}
