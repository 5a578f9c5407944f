import { dataView } from '../../core/bytes.ts'
import type { PictureFormat } from '../../format/media-type.ts'

/** How a whole file of each format begins and ends. Bytes as characters. */
const CHECKS: Readonly<Record<PictureFormat, (front: string, bytes: Uint8Array) => boolean>> = {
  // ITU-T T.81 B.1.1.3: SOI ... EOI.
  jpeg: (front, bytes) => front.startsWith('\xff\xd8\xff') && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9,
  // RFC 2083 §3: the signature, and IEND as the last chunk.
  png: (front, bytes) => front.startsWith('\x89PNG\r\n\x1a\n') && ascii(bytes.subarray(-8, -4)) === 'IEND',
  // RFC 9649 §2.4: the RIFF header holds the length of what follows it.
  webp: (front, bytes) =>
    /^RIFF[\s\S]{4}WEBP/.test(front) && evenLength(dataView(bytes).getUint32(4, true)) === bytes.length - 8,
  // ISO/IEC 14496-12 §4.3.
  avif: (front) => /^[\s\S]{4}ftypavi[fs]/.test(front),
}

/** Whether these bytes are a file of this format, as far as its beginning and its end say: what a server declares proves nothing. */
export function isFileOf(format: PictureFormat, bytes: Uint8Array): boolean {
  return bytes.length > 16 && CHECKS[format](ascii(bytes.subarray(0, 16)), bytes)
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function evenLength(length: number): number {
  return length + (length & 1)
}
