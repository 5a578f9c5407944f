import type { JpegLayout } from './types.ts'

/** Symbols of a run of sixteen zeros, and of the end of a block (T.81 F.1.2.2). */
const ZRL = 0xf0
const EOB = 0x00

/** Number of (class, symbol) pairs; `token >>> 16` is below it. */
export const TOKEN_SYMBOLS = 4 * 256

/** Turns quantized coefficients into Huffman symbols with their amplitude bits. */
export class Tokenizer {
  readonly #layout: JpegLayout
  readonly #tokens: Uint32Array
  readonly #dc = [0, 0, 0]

  constructor(layout: JpegLayout) {
    this.#layout = layout
    // A block yields at most 64 tokens: one per coefficient, or fewer and an EOB.
    this.#tokens = new Uint32Array(layout.mcusAcross * layout.blocksPerMcu * 64)
  }

  /** Tokenizes one line of MCUs, as JpegForward.tokenize describes. */
  tokenize(coefficients: Int16Array): Uint32Array {
    const { blocksPerMcu, lumaBlocks } = this.#layout
    let end = 0
    for (let block = 0; block * 64 < this.#tokens.length; block++) {
      const inMcu = block % blocksPerMcu
      end = this.#block(coefficients, block * 64, inMcu < lumaBlocks ? 0 : inMcu - lumaBlocks + 1, end)
    }
    return this.#tokens.subarray(0, end)
  }

  #block(coefficients: Int16Array, at: number, component: number, end: number): number {
    const tokens = this.#tokens
    const dcClass = component === 0 ? 0 : 2
    const dc = coefficients[at]!
    tokens[end++] = token(dcClass, 0, dc - this.#dc[component]!)
    this.#dc[component] = dc
    let run = 0
    for (let i = 1; i < 64; i++) {
      const value = coefficients[at + i]!
      if (value === 0) {
        run++
        continue
      }
      for (; run > 15; run -= 16) tokens[end++] = ((dcClass | 1) << 24) | (ZRL << 16)
      tokens[end++] = token(dcClass | 1, run, value)
      run = 0
    }
    if (run > 0) tokens[end++] = ((dcClass | 1) << 24) | (EOB << 16)
    return end
  }
}

/** Makes a token. A negative amplitude is stored as the low bits of value - 1 (T.81 F.1.2.1). */
function token(table: number, run: number, value: number): number {
  const size = 32 - Math.clz32(Math.abs(value))
  const amplitude = (value < 0 ? value - 1 : value) & ((1 << size) - 1)
  return (table << 24) | (run << 20) | (size << 16) | amplitude
}
