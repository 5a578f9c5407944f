import { dataView } from '../../core/bytes.ts'

/** The whole chunks of a PNG (third edition, 5.3), IEND too; what is cut off at the end is left out. */
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
