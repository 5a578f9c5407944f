import { dataView } from '../../src/core/bytes.ts'
import type { PictureFormat } from '../../src/format/media-type.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** The size that a file states, where nothing can decode it. Throws when it is no file of that format. */
export function sizeOf(format: PictureFormat, file: Uint8Array): Size {
  return READERS[format](file, dataView(file))
}

const READERS: Readonly<Record<PictureFormat, (file: Uint8Array, view: DataView) => Size>> = {
  // The property ispe (ISO/IEC 23008-12, 6.5.3): type, version and flags, width, height.
  avif(file, view) {
    const at = find(file, 'ispe')
    if (find(file, 'ftypavif') !== 4) throw new Error('no AVIF file')
    return { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
  },
  // The frame header of a lossy file (RFC 6386, 9.1): three bytes, the start code, 14 bits of each side.
  webp(file, view) {
    const at = find(file, 'VP8 ') + 8
    if (find(file, 'RIFF') !== 0) throw new Error('no WebP file')
    return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff }
  },
  // The first start of frame, SOF0 (ITU-T T.81, B.2.2).
  jpeg(file, view) {
    for (let at = 2; at + 9 < file.length; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint16(at) === 0xffc0)
        return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    }
    throw new Error('no baseline JPEG')
  },
  png(file, view) {
    if (find(file, 'IHDR') !== 12) throw new Error('no PNG file')
    return { width: view.getUint32(16), height: view.getUint32(20) }
  },
}

function find(file: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text)
  for (let at = 0; at + wanted.length <= file.length; at++) {
    if (wanted.every((byte, i) => file[at + i] === byte)) return at
  }
  return -1
}
