import { dataView } from '../core/bytes.ts'

/** The picture formats the origin accepts. Each is decoded by one libvips loader that is fuzzed upstream. */
export type InputFormat = 'avif' | 'gif' | 'jpeg' | 'png' | 'tiff' | 'webp'

export const INPUT_FORMATS: readonly InputFormat[] = ['avif', 'gif', 'jpeg', 'png', 'tiff', 'webp']

/** The largest offset that any signature below looks at. */
const SNIFF_BYTES = 256

/**
 * Names the format of a file by its first bytes, or returns undefined for everything that is not on the list.
 * This runs before the decoder sees the bytes, so that loaders for active or obscure formats (SVG, PDF, ImageMagick)
 * cannot be reached by an upload, whatever they are called and whatever the decoder was built with.
 */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  const text = ascii(bytes)
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp'
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff'
  if (text.startsWith('II+\0') || text.startsWith('MM\0+')) return 'tiff' // BigTIFF
  return isAvif(bytes, text) ? 'avif' : undefined
}

/** Says what a refused file seems to be, for the error message only. */
export function describeUnknown(bytes: Uint8Array): string {
  const text = ascii(bytes)
  const brand = text.slice(4, 8) === 'ftyp' ? text.slice(8, 12) : ''
  if (/^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE|svg)/i.test(text)) return 'an SVG or XML document'
  if (text.startsWith('%PDF')) return 'a PDF document'
  if (text.startsWith('BM')) return 'a BMP file'
  if (brand === 'heic' || brand === 'heix' || brand === 'mif1') return 'a HEIC file'
  if (starts(bytes, [0xff, 0x0a]) || text.slice(4, 8) === 'JXL ') return 'a JPEG XL file'
  return 'something else'
}

/** ISO base media file whose `ftyp` box (ISO/IEC 14496-12 §4.3) lists the brand `avif` or `avis` (AV1 Image File Format §6). */
function isAvif(bytes: Uint8Array, text: string): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false
  const boxLength = dataView(bytes).getUint32(0)
  for (let at = 8; at + 4 <= Math.min(boxLength, text.length); at += 4) {
    if (at === 12) continue // the minor version is a number, not a brand
    const brand = text.slice(at, at + 4)
    if (brand === 'avif' || brand === 'avis') return true
  }
  return false
}

function starts(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((value, i) => bytes[i] === value)
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES))
}
