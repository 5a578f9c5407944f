/** Writes bits into bytes: the lowest bit of a byte first (WebP lossless), or the highest (AV1). */
export class BitWriter {
  readonly #bytes: number[] = []
  readonly #highFirst: boolean
  #bits = 0

  constructor({ highFirst = false } = {}) {
    this.#highFirst = highFirst
  }

  /** The low `count` bits of a number, in the order of the format. */
  write(value: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const bit = Math.floor(value / 2 ** (this.#highFirst ? count - 1 - i : i)) & 1
      const at = this.#bits & 7
      if (at === 0) this.#bytes.push(0)
      if (bit) this.#bytes[this.#bytes.length - 1]! |= 1 << (this.#highFirst ? 7 - at : at)
      this.#bits++
    }
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}
