import { dataView } from '../../core/bytes.ts'
import { readWebpHeader } from '../../format/pictures/webp.ts'
import { jpegSegments } from '../../pixels/jpeg/reader.ts'
import { isPng } from '../../pixels/png/chunks.ts'
import type { LayerSize } from '../plan.ts'

/** Start-of-frame markers of JPEG: 0xc0 to 0xcf without DHT, JPG and DAC (T.81 table B.1). */
const FRAME_MARKERS = /^c[0-35-79-bd-f]$/

/**
 * Reads the declared size of a picture before it is decoded, because a small file may hold a picture that exhausts the
 * memory. The size of an AVIF is that of its largest image, the size of a GIF contains all its frames.
 * @returns undefined for formats other than PNG, JPEG, WebP, AVIF and GIF, and when the size is missing
 */
export function pictureSize(file: Uint8Array): LayerSize | undefined {
  try {
    return sizeOf(file, dataView(file))
  } catch {
    // It ends too early.
    return undefined
  }
}

function sizeOf(file: Uint8Array, view: DataView): LayerSize | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...file.subarray(at, at + length))
  if (isPng(file)) return { width: view.getUint32(16), height: view.getUint32(20) }
  if (file[0] === 0xff && file[1] === 0xd8) {
    const frame = jpegSegments(file).find(({ marker }) => FRAME_MARKERS.test(marker.toString(16)))
    if (!frame) return undefined
    const fields = dataView(frame.data)
    return { width: fields.getUint16(3), height: fields.getUint16(1) }
  }
  if (text(0, 4) === 'GIF8') return gifSize(file, view)
  if (text(0, 4) === 'RIFF') return webpSize(file)
  if (text(4, 4) === 'ftyp') return avifSize(file, view)
  return undefined
}

/** Decoders enlarge the canvas (GIF89a §18) for a frame (§20) that does not fit on it. */
function gifSize(file: Uint8Array, view: DataView): LayerSize {
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  const tableBytes = (packed = 0) => (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0)
  const behindBlocks = (from: number) => {
    let at = from
    while (file[at]) at += file[at]! + 1
    return at + 1
  }
  for (let at = 13 + tableBytes(file[10]); at + 10 <= file.length; ) {
    if (file[at] === 0x2c) {
      const [left, top, width, height] = [1, 3, 5, 7].map((field) => view.getUint16(at + field, true))
      size.width = Math.max(size.width, left! + width!)
      size.height = Math.max(size.height, top! + height!)
      at = behindBlocks(at + 11 + tableBytes(file[at + 9]))
    } else if (file[at] === 0x21) at = behindBlocks(at + 2)
    else at++
  }
  return size
}

function webpSize(file: Uint8Array): LayerSize | undefined {
  const header = readWebpHeader(file)
  return header && { width: header.width, height: header.height }
}

/** Every property `ispe` of a HEIF file holds the size of an image (ISO/IEC 23008-12 section 6.5.3). */
function avifSize(file: Uint8Array, view: DataView): LayerSize | undefined {
  let largest: LayerSize | undefined
  for (let at = file.indexOf(0x69); at >= 0; at = file.indexOf(0x69, at + 1)) {
    if (at + 16 > file.length || view.getUint32(at) !== 0x69737065) continue
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size
  }
  return largest
}
