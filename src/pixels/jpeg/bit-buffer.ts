/** The output of an entropy-coded segment: a growing array and the bits that do not fill a byte yet. */
export abstract class BitBuffer {
  protected bytes = new Uint8Array(1 << 16)
  protected length = 0
  /** Fewer than 8 bits that are not written yet, in the low end. */
  protected pending = 0
  protected count = 0

  /** Fills the last byte with ones. */
  flush(): void {
    this.reserve(2)
    if (this.count > 0) {
      const byte = ((this.pending << (8 - this.count)) | (0xff >>> this.count)) & 0xff
      this.bytes[this.length++] = byte
      if (byte === 0xff) this.bytes[this.length++] = 0
    }
    this.pending = 0
    this.count = 0
  }

  /** Returns a copy of the whole bytes written since the last call. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length)
    this.length = 0
    return taken
  }

  protected reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
