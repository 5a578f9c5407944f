/** Reads symbols in the order in which they were written, over any number of `decode` calls. */
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
   * Call after the last symbol: the coder's states are a checksum that costs nothing.
   *
   * @throws StrataError ENTROPY_CORRUPT unless every byte was used and every state is back at its start
   */
  finish(): void
}

/** Collects symbols; the bytes exist only after `finish`, because rANS writes backwards. */
export interface EntropyEncoder {
  /**
   * @param indexes table of each symbol, 0..63; under table 0 the symbol must be 0
   * @param symbols -32767..32767, same length as `indexes`; copied
   * @throws StrataError INTERNAL when one of these does not hold
   */
  encode(indexes: Uint8Array, symbols: Int16Array): void
  finish(): Uint8Array
}

/** An implementation of the decoding side; all of them pass test/conformance/entropy.ts. */
export interface EntropyCoder {
  readonly name: string
  /** @throws StrataError ENTROPY_CORRUPT when the bytes cannot even begin a stream */
  decoder(bytes: Uint8Array): EntropyDecoder
}
