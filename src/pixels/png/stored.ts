import { StrataError } from '../../core/errors.ts'
import { encodeChunk, headerChunk, SIGNATURE } from './chunks.ts'

/** Header of a zlib stream (RFC 1950 §2.2): deflate with a window of 32 kB, fastest level. */
const ZLIB_HEADER = [0x78, 0x01]
/** Longest stored block in bytes: its length has 16 bits (RFC 1951 §3.2.4). */
const MAX_BLOCK = 0xffff
const BLOCK_HEADER_BYTES = 5
const CHECKSUM_BYTES = 4
const MODULUS = 65_521
/** Bytes that can be summed before a sum could exceed 32 bits (RFC 1950 §9). */
const SUMMED = 5552

/**
 * Writes a PNG whose pixels are stored, not compressed: about 3 bytes per pixel, and hardly slower than its checksums.
 * It suits pictures that are shown at once and never sent over a network.
 */
export class StoredPng {
  readonly #width: number
  #rowsLeft: number
  readonly #parts: Uint8Array<ArrayBuffer>[]
  #sums: readonly [low: number, high: number] = [1, 0]
  #isFirst = true

  constructor(width: number, height: number) {
    this.#width = width
    this.#rowsLeft = height
    const { type, data } = headerChunk(width, height)
    this.#parts = [SIGNATURE, encodeChunk({ type, data })]
  }

  /**
   * Adds rows from the top.
   * @param rgb whole rows, 3 bytes per pixel
   * @throws StrataError INTERNAL for part of a row, or more rows than the height
   */
  write(rgb: Uint8Array): void {
    const row = 3 * this.#width
    const rows = rgb.length / row
    if (!Number.isInteger(rows) || rows > this.#rowsLeft) {
      const expected = `whole rows of ${row} bytes, at most ${this.#rowsLeft}`
      throw new StrataError('INTERNAL', `pixels: expected ${expected}, got ${rgb.length} bytes`)
    }
    this.#rowsLeft -= rows
    const filtered = new Uint8Array(rows * (1 + row))
    // Each row begins with the number of its filter; 0 is none.
    for (let y = 0; y < rows; y++) filtered.set(rgb.subarray(y * row, (y + 1) * row), y * (1 + row) + 1)
    this.#sums = adler(this.#sums, filtered)
    this.#parts.push(encodeChunk({ type: 'IDAT', data: this.#deflate(filtered) }))
  }

  /** The parts of the file in order. @throws StrataError INTERNAL when rows are missing */
  finish(): readonly Uint8Array<ArrayBuffer>[] {
    if (this.#rowsLeft > 0) throw new StrataError('INTERNAL', `pixels: ${this.#rowsLeft} rows are missing`)
    return [...this.#parts, encodeChunk({ type: 'IEND', data: new Uint8Array(0) })]
  }

  /**
   * The part of the zlib stream with these bytes: stored blocks, the header before the first and the checksum after the
   * last.
   */
  #deflate(bytes: Uint8Array): Uint8Array {
    const head = this.#isFirst ? ZLIB_HEADER : []
    this.#isFirst = false
    const isLast = this.#rowsLeft === 0
    const blocks = Math.max(1, Math.ceil(bytes.length / MAX_BLOCK))
    const out = new Uint8Array(
      head.length + blocks * BLOCK_HEADER_BYTES + bytes.length + (isLast ? CHECKSUM_BYTES : 0),
    )
    const view = new DataView(out.buffer)
    out.set(head)
    let at = head.length
    for (let block = 0; block < blocks; block++) {
      const part = bytes.subarray(block * MAX_BLOCK, (block + 1) * MAX_BLOCK)
      out[at] = isLast && block === blocks - 1 ? 1 : 0
      view.setUint16(at + 1, part.length, true)
      view.setUint16(at + 3, ~part.length, true)
      out.set(part, at + BLOCK_HEADER_BYTES)
      at += BLOCK_HEADER_BYTES + part.length
    }
    if (isLast) view.setUint32(at, this.#sums[1] * 65_536 + this.#sums[0])
    return out
  }
}

/** Adler-32 (RFC 1950 §8.2), continued. */
function adler([low, high]: readonly [number, number], bytes: Uint8Array): readonly [number, number] {
  for (let from = 0; from < bytes.length; from += SUMMED) {
    const to = Math.min(from + SUMMED, bytes.length)
    for (let i = from; i < to; i++) {
      low += bytes[i]!
      high += low
    }
    low %= MODULUS
    high %= MODULUS
  }
  return [low, high]
}
