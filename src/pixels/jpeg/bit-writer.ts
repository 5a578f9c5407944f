import { BitBuffer } from './bit-buffer.ts'
import type { HuffmanCodes, JpegBitWriter } from './types.ts'

/** Writes the entropy-coded segment: most significant bit first, a zero byte after each 0xff (T.81 F.1.2.3). */
export class BitWriter extends BitBuffer implements JpegBitWriter {
  tokens(tokens: Uint32Array, { codes, lengths }: HuffmanCodes): void {
    // A token has at most 16 + 11 bits: 4 bytes with the pending bits, 8 bytes when every byte is stuffed.
    this.reserve(8 * tokens.length)
    const bytes = this.bytes
    let length = this.length
    let pending = this.pending
    let count = this.count
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      const symbol = token >>> 16
      pending = (pending << lengths[symbol]!) | codes[symbol]!
      count += lengths[symbol]!
      while (count >= 8) {
        count -= 8
        const byte = (pending >>> count) & 0xff
        bytes[length++] = byte
        if (byte === 0xff) bytes[length++] = 0
      }
      const size = symbol & 15
      pending = (pending << size) | (token & 0xffff)
      count += size
      while (count >= 8) {
        count -= 8
        const byte = (pending >>> count) & 0xff
        bytes[length++] = byte
        if (byte === 0xff) bytes[length++] = 0
      }
    }
    this.length = length
    this.pending = pending & 0xff
    this.count = count
  }
}
