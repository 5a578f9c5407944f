/** Reads symbols in the order in which they were written. Calls of `decode` may cut the symbols into any pieces. */
export interface EntropyDecoder {
  /**
   * Fills `out` with one symbol for each table index. Table 0 means "not coded": the symbol is 0, no bit is read.
   *
   * @param indexes table of each symbol, 0..63
   * @param out same length as `indexes`
   * @throws StrataError ENTROPY_CORRUPT when the data end too early or hold an impossible escape
   * @throws StrataError INTERNAL when an index is above 63 or the lengths differ
   */
  decode(indexes: Uint8Array, out: Int16Array): void

  /**
   * Call it after the last symbol. The coder's states serve as a checksum that takes no extra bytes.
   *
   * @throws StrataError ENTROPY_CORRUPT unless every byte was used and every state is back at its start value
   */
  finish(): void
}

/** Collects symbols. The bytes exist only after `finish`, because rANS writes backwards. */
export interface EntropyEncoder {
  /**
   * @param indexes table of each symbol, 0..63; under table 0 the symbol must be 0
   * @param symbols -32767..32767, same length as `indexes`; copied
   * @throws StrataError INTERNAL when an index, a symbol or a length is out of range
   */
  encode(indexes: Uint8Array, symbols: Int16Array): void
  finish(): Uint8Array
}

/** An implementation of the decoder. Each one passes test/conformance/entropy.ts. */
export interface EntropyCoder {
  readonly name: string
  /** @throws StrataError ENTROPY_CORRUPT when the bytes cannot start a stream */
  decoder(bytes: Uint8Array): EntropyDecoder
}
