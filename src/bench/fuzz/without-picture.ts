import { dataView } from '../../core/bytes.ts'

/** Chunks whose data are pixels or the profile of their colours: of PNG and APNG, and of WebP. */
const PICTURE_CHUNKS = /^(IDAT|fdAT|iCCP|VP8 |VP8L|ALPH|ICCP)$/
/** ANMF of a WebP: bytes in front of the chunks that it holds. */
const FRAME_HEAD = 16

/**
 * A JPEG, PNG or WebP in which coded pixels and the colour profile are zeros. Coded pixels and a profile may contain the bytes
 * of any text, and a damaged file may have a text in their place that decodes. None of these is metadata.
 */
export function withoutPicture(file: Uint8Array): Uint8Array {
  const copy = file.slice()
  if (copy[0] === 0xff && copy[1] === 0xd8) clearSegments(copy)
  else if (copy[0] === 0x89) clearChunks(copy, 8, copy.length, { isPng: true })
  else clearChunks(copy, 12, copy.length, { isPng: false })
  return copy
}

/** Length and type of each chunk stand in front of its data; in a PNG in this order, in a WebP the other way round. */
function clearChunks(bytes: Uint8Array, from: number, to: number, { isPng }: { isPng: boolean }): void {
  const view = dataView(bytes)
  for (let at = from; at + 8 <= to; ) {
    const type = String.fromCharCode(...bytes.subarray(at + (isPng ? 4 : 0)).subarray(0, 4))
    const length = isPng ? view.getUint32(at) : view.getUint32(at + 4, true)
    const end = Math.min(at + 8 + length, to)
    if (PICTURE_CHUNKS.test(type)) bytes.fill(0, at + 8, end)
    if (type === 'ANMF') clearChunks(bytes, at + 8 + FRAME_HEAD, end, { isPng })
    at = end + (isPng ? 4 : length & 1)
  }
}

/**
 * Profiles (ICC.1 §B.4), and ITU-T T.81 §B.1: what follows a start of scan up to a marker that is neither a stuffed byte nor a
 * restart.
 */
function clearSegments(bytes: Uint8Array): void {
  const view = dataView(bytes)
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!
    const end = at + 2 + view.getUint16(at + 2)
    const isProfile = marker === 0xe2 && bytes[at + 4] === 0x49 && bytes[at + 5] === 0x43
    if (isProfile) bytes.fill(0, at + 4, end)
    at = end
    if (marker !== 0xda) continue
    const start = at
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]!))) at++
    bytes.fill(0, start, at)
  }
}

function isMarker(byte: number): boolean {
  return byte > 1 && byte !== 0xff && !(byte >= 0xd0 && byte <= 0xd7)
}
