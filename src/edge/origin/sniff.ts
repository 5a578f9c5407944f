import { dataView } from '../../core/bytes.ts'
import type { RenderFormat } from '../../format/media-type.ts'
import { sniffFormat } from '../../format/sniff.ts'

/** Bytes of the beginning that decide: of AVIF the major brand counts alone. */
const FRONT_BYTES = 16

/** How a whole file of each format ends. */
const ENDINGS: Readonly<Record<RenderFormat, (bytes: Uint8Array) => boolean>> = {
  // ITU-T T.81 B.1.1.3: EOI.
  jpeg: (bytes) => bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9,
  // RFC 2083 §3: IEND is the last chunk.
  png: (bytes) => String.fromCharCode(...bytes.subarray(-8, -4)) === 'IEND',
  // RFC 9649 §2.4: the RIFF header holds the length of what follows it, without the byte that pads an odd one.
  webp: (bytes) => evenLength(dataView(bytes).getUint32(4, true)) === bytes.length - 8,
  avif: () => true,
  // GIF89a, 27: the trailer.
  gif: (bytes) => bytes.at(-1) === 0x3b,
}

/** Whether these bytes are a file of this format, as far as its beginning and its end say: what a server declares proves nothing. */
export function isFileOf(format: RenderFormat, bytes: Uint8Array): boolean {
  if (bytes.length <= FRONT_BYTES) return false
  return sniffFormat(bytes.subarray(0, FRONT_BYTES)) === format && ENDINGS[format](bytes)
}

function evenLength(length: number): number {
  return length + (length & 1)
}
