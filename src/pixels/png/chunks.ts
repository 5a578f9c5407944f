import { concat, dataView } from '../../core/bytes.ts'
import { crc32 } from '../../core/crc32.ts'
import { StrataError } from '../../core/errors.ts'

export interface PngChunk {
  /** Four letters; the case of each is a property bit (PNG, 5.4). */
  readonly type: string
  readonly data: Uint8Array
}

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** Bytes of a chunk besides its data: length, type and checksum. */
const OVERHEAD = 12
const HEADER_BYTES = 13

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/**
 * Finds the first chunk of a type and checks its checksum. Returns undefined when there is none before the pixels.
 * @throws StrataError INPUT_CORRUPT when a chunk is cut off or the checksum of the found one is wrong
 */
export function findChunk(png: Uint8Array, wanted: string): PngChunk | undefined {
  const view = dataView(png)
  for (let at = SIGNATURE.length; ; ) {
    if (at + OVERHEAD > png.length) throw corrupt(`expected a chunk at byte ${at} of ${png.length}`)
    const length = view.getUint32(at)
    if (length > png.length - at - OVERHEAD)
      throw corrupt(`a chunk of ${length} bytes is cut off at byte ${at}`)
    const body = png.subarray(at + 4, at + 8 + length)
    const type = String.fromCharCode(...body.subarray(0, 4))
    if (type === 'IDAT' || type === 'IEND') return undefined
    if (type === wanted) {
      if (view.getUint32(at + 8 + length) !== crc32(body)) throw corrupt(`the checksum of ${type} is wrong`)
      return { type, data: body.subarray(4) }
    }
    at += OVERHEAD + length
  }
}

/**
 * All chunks up to IEND, as views. It does not verify their checksums.
 * @throws StrataError INPUT_CORRUPT when a chunk is cut off
 */
export function readChunks(png: Uint8Array): PngChunk[] {
  const view = dataView(png)
  const chunks: PngChunk[] = []
  for (let at = SIGNATURE.length; ; ) {
    if (at + OVERHEAD > png.length) throw corrupt(`expected a chunk at byte ${at} of ${png.length}`)
    const length = view.getUint32(at)
    if (length > png.length - at - OVERHEAD)
      throw corrupt(`a chunk of ${length} bytes is cut off at byte ${at}`)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    if (type === 'IEND') return chunks
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) })
    at += OVERHEAD + length
  }
}

/** Writes a PNG file of these chunks in this order. The first must be IHDR and the last IEND. */
export function encodeChunks(chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> {
  return concat([SIGNATURE, ...chunks.map(encodeChunk)])
}

/**
 * IHDR (PNG, 11.2.2): size, 8 bits per sample, colour type 2 (RGB) or 6 (RGBA), compression method 0, filter method 0,
 * no interlace.
 */
export function headerChunk(width: number, height: number, channels: 3 | 4 = 3): PngChunk {
  const data = new Uint8Array(HEADER_BYTES)
  const view = dataView(data)
  view.setUint32(0, width)
  view.setUint32(4, height)
  data.set([8, channels === 4 ? 6 : 2, 0, 0, 0], 8)
  return { type: 'IHDR', data }
}

/** Inserts a chunk into a PNG file, behind IHDR. */
export function withChunk(png: Uint8Array, chunk: PngChunk): Uint8Array<ArrayBuffer> {
  const header = SIGNATURE.length + OVERHEAD + HEADER_BYTES
  return concat([png.subarray(0, header), encodeChunk(chunk), png.subarray(header)])
}

/** One chunk: length, type, data and checksum. */
export function encodeChunk({ type, data }: PngChunk): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(OVERHEAD + data.length)
  const view = dataView(chunk)
  view.setUint32(0, data.length)
  chunk.set(new TextEncoder().encode(type), 4)
  chunk.set(data, 8)
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}

function corrupt(what: string): StrataError {
  return new StrataError('INPUT_CORRUPT', `PNG: ${what}`)
}
