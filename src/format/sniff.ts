import { dataView } from '../core/bytes.ts'

/**
 * The picture formats that are accepted. Each is decoded by one libvips loader that is fuzzed upstream. HEIC is decoded
 * only where the origin's libvips holds a decoder of HEVC.
 */
export type InputFormat = 'avif' | 'gif' | 'heic' | 'jpeg' | 'png' | 'tiff' | 'webp'

/** The formats that every origin decodes, for error messages. */
export const INPUT_FORMATS: readonly InputFormat[] = ['avif', 'gif', 'jpeg', 'png', 'tiff', 'webp']

/** Number of bytes at the beginning of a file that the signatures below read at most. */
export const SNIFF_BYTES = 256

/** Brands of HEIF files whose pictures are HEVC (ISO/IEC 23008-12 Annex B). */
const HEVC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx']

/** Description of the body that `curl -F`, `curl -d` and HTML forms send, with the remedy. */
export const A_FORM = "a form; send the file's bytes, e.g. curl -T"

/**
 * Signatures of files and bodies that are not accepted (bytes as characters), each with a description and the remedy
 * for its sender.
 */
const OTHERS: readonly (readonly [RegExp | string, string])[] = [
  [/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|body|script)/i, 'an HTML page; send the picture itself'],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE|svg)/i, 'an SVG or XML document; convert it to PNG'],
  ['%PDF', 'a PDF document; convert its page to PNG'],
  ['BM', 'a BMP file; convert it to PNG'],
  ['\0\0\x01\0', 'an ICO file; convert it to PNG'],
  ['\0\0\x02\0', 'a CUR file; convert it to PNG'],
  ['\xff\x0a', 'a JPEG XL file; convert it to JPEG or PNG'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL file; convert it to JPEG or PNG'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 file; convert it to JPEG or PNG'],
  ['8BPS', 'a Photoshop file; export it as PNG or JPEG'],
  [/^[\s\S]{4}ftyp/, 'a film, or a HEIF file of an unknown coding; convert it to JPEG'],
  ['\x1f\x8b', 'gzip data; send the picture as it is, without Content-Encoding'],
  ['PK\x03\x04', 'a ZIP archive; send the pictures one by one'],
  [/^\s*data:/i, 'a data: URI; send the bytes that it holds'],
  [/^--[^\r\n]+\r?\nContent-/i, A_FORM],
  [/^\s*[{[]/, 'JSON or other text; send the bytes of a picture'],
  [/^[\t\n\r\x20-\x7e]+$/, 'text; send the bytes of a picture'],
]

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
  return heifFormat(bytes, text)
}

/** Describes what a refused file seems to be, with the remedy, for the error message only. */
export function describeUnknown(bytes: Uint8Array): string {
  const text = ascii(bytes)
  const matches = (start: RegExp | string) =>
    typeof start === 'string' ? text.startsWith(start) : start.test(text)
  return OTHERS.find(([start]) => matches(start))?.[1] ?? 'something else'
}

/**
 * AVIF or HEIC: an ISO base media file whose `ftyp` box (ISO/IEC 14496-12 §4.3) lists the brand `avif` or `avis` (AV1
 * Image File Format §6), or one of HEVC.
 */
function heifFormat(bytes: Uint8Array, text: string): 'avif' | 'heic' | undefined {
  if (text.slice(4, 8) !== 'ftyp') return undefined
  const brands: string[] = []
  const boxLength = dataView(bytes).getUint32(0)
  for (let at = 8; at + 4 <= Math.min(boxLength, text.length); at += 4) {
    if (at !== 12) brands.push(text.slice(at, at + 4)) // the minor version is a number, not a brand
  }
  if (brands.includes('avif') || brands.includes('avis')) return 'avif'
  return brands.some((brand) => HEVC_BRANDS.includes(brand)) ? 'heic' : undefined
}

function starts(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((value, i) => bytes[i] === value)
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES))
}
