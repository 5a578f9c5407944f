import type { Kernels } from '../../core/kernels.ts'
import { BitBuffer } from './bit-buffer.ts'
import type { HuffmanCodes, JpegBitWriter } from './types.ts'

/** Tokens per call of the kernel, which writes at most 8 bytes per token. */
const CHUNK = 1 << 14

/** A bit writer in WebAssembly that writes the same bytes as BitWriter. */
export class WasmBitWriter extends BitBuffer implements JpegBitWriter {
  readonly #kernels: Kernels

  constructor(kernels: Kernels) {
    super()
    this.#kernels = kernels
  }

  tokens(tokens: Uint32Array, { codes, lengths }: HuffmanCodes): void {
    const { exports, place } = this.#kernels
    const sizes = [2 * codes.length, lengths.length, 8, 4 * CHUNK, 8 * (CHUNK + 1)]
    const [codesAt, lengthsAt, state, tokensAt, out] = place(sizes) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const { buffer } = exports.memory
    const bytes = new Uint8Array(buffer)
    new Uint16Array(buffer, codesAt, codes.length).set(codes)
    bytes.set(lengths, lengthsAt)
    const bits = new Uint32Array(buffer, state, 2)
    bits.set([this.pending, this.count])
    for (let from = 0; from < tokens.length; from += CHUNK) {
      const chunk = tokens.subarray(from, from + CHUNK)
      new Uint32Array(buffer, tokensAt, chunk.length).set(chunk)
      const end = exports.jpegEmit(tokensAt, chunk.length, codesAt, lengthsAt, state, out)
      this.reserve(end - out)
      this.bytes.set(bytes.subarray(out, end), this.length)
      this.length += end - out
    }
    this.pending = bits[0]!
    this.count = bits[1]!
  }
}
