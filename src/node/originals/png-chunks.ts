import { dataView } from '../../core/bytes.ts'
import { crc32 } from '../../core/crc32.ts'

/** PNG third edition, 5.2. */
export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The whole chunks of a PNG (5.3). */
export function* pngChunks(bytes: Uint8Array) {
  const view = dataView(bytes)
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at)
    const end = at + 12 + length
    if (end > bytes.length) return
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    yield { type, data: bytes.subarray(at + 8, at + 8 + length), whole: bytes.subarray(at, end) }
    at = end
  }
}

export function makeChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length)
  dataView(chunk).setUint32(0, data.length)
  chunk.set(
    [...type].map((letter) => letter.charCodeAt(0)),
    4,
  )
  chunk.set(data, 8)
  dataView(chunk).setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}
