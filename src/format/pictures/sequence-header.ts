/** Types of the units of an AV1 stream (AV1 specification, 6.2.2). */
const SEQUENCE_HEADER = 1
const TEMPORAL_DELIMITER = 2

/**
 * The largest frame size that the sequence headers of an AV1 stream declare (AV1 specification, 5.5.1). A later header
 * may declare another size than the first.
 * @throws RangeError when the stream does not begin with a sequence header, or a header has timing information, which
 *   only films have
 */
export function sequenceSize(stream: Uint8Array): { readonly width: number; readonly height: number } {
  let [width, height] = [0, 0]
  for (let at = 0; at < stream.length; ) {
    const head = stream[at++]!
    if ((head & 4) !== 0) at++ // an extension
    let length = stream.length - at
    if ((head & 2) !== 0) [length, at] = leb128(stream, at)
    const type = (head >> 3) & 15
    if (type === SEQUENCE_HEADER) {
      const size = readSize(new BitReader(stream.subarray(at, at + length)))
      width = Math.max(width, size.width)
      height = Math.max(height, size.height)
    } else if (width === 0 && type !== TEMPORAL_DELIMITER) throw new RangeError('unit')
    at += length
  }
  if (width === 0) throw new RangeError('stream')
  return { width, height }
}

function readSize(bits: BitReader): { readonly width: number; readonly height: number } {
  bits.read(3) // profile
  bits.read(1) // still picture
  const isReduced = bits.read(1) === 1
  if (isReduced) bits.read(5)
  else skipOperatingPoints(bits)
  const widthBits = 1 + bits.read(4)
  const heightBits = 1 + bits.read(4)
  const width = 1 + bits.read(widthBits)
  return { width, height: 1 + bits.read(heightBits) }
}

function skipOperatingPoints(bits: BitReader): void {
  if (bits.read(1) === 1) throw new RangeError('timing')
  const hasDelays = bits.read(1) === 1
  const points = 1 + bits.read(5)
  for (let i = 0; i < points; i++) {
    bits.read(12)
    if (bits.read(5) > 7) bits.read(1)
    if (hasDelays && bits.read(1) === 1) bits.read(4)
  }
}

/** Reads a leb128 number (AV1 specification, 4.10.5). @returns the value, and the offset of the next byte */
function leb128(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = bytes[from + i] ?? 0x80
    value += (byte & 0x7f) * 2 ** (7 * i)
    if ((byte & 0x80) === 0) return [value, from + i + 1]
  }
  throw new RangeError('leb128')
}

class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Reads bits as an integer, the highest first. @throws RangeError beyond the end */
  read(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3]
      if (byte === undefined) throw new RangeError('bits')
      value = 2 * value + ((byte >> (7 - (this.#at & 7))) & 1)
    }
    return value
  }
}
