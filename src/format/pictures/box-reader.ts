/** Reads the fields of a box one after the other. Every method throws RangeError beyond its end. */
export class BoxReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A big-endian integer of 0, 1, 2, 4 or 8 bytes; 0 bytes are 0. */
  uint(bytes: number): number {
    return this.#next(bytes).reduce((value, byte) => 256 * value + byte, 0)
  }

  text(bytes: number): string {
    return String.fromCharCode(...this.#next(bytes))
  }

  take(bytes: number): BoxReader {
    return new BoxReader(this.#next(bytes))
  }

  #next(bytes: number): Uint8Array {
    const end = this.#at + bytes
    if (!(bytes >= 0) || end > this.#bytes.length) throw new RangeError('box')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }
}
