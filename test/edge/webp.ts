import { Buffer } from 'node:buffer'
import { dataView } from '../../src/core/bytes.ts'

/** Makes bytes a WebP as far as its header says (RFC 9649 §2.7.1): of this size, with alpha. @returns the same bytes */
export function asWebp(bytes: Uint8Array, width: number, height: number, animated: boolean): Uint8Array {
  const view = dataView(bytes)
  bytes.set(Buffer.from('RIFF'))
  view.setUint32(4, bytes.length - 8, true)
  bytes.set(Buffer.from('WEBPVP8X'), 8)
  view.setUint32(16, 10, true)
  view.setUint32(20, animated ? 0x12 : 0x10, true)
  view.setUint32(24, width - 1, true)
  view.setUint16(27, height - 1, true)
  bytes[29] = 0
  return bytes
}
