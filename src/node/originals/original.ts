import { concat, dataView } from '../../core/bytes.ts'
import { crc32 } from '../../core/crc32.ts'
import { StrataError } from '../../core/errors.ts'
import type { PictureCoding } from '../../format/coding.ts'
import type { OpenPicture } from '../ingest/ingest.ts'
import { onlyPixels } from './png-pixels.ts'

/** Chunks of a PNG that a picture in sRGB needs (PNG third edition §11). */
const PNG_PIXELS = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']
/** Those that say what its colours mean, and those of an animation (APNG). */
const PNG_SHOWN = [...PNG_PIXELS, 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP', 'sBIT', 'acTL', 'fcTL', 'fdAT']

/** Chunks of a WebP with its pixels (RFC 9649 §2.7), and the profile's. */
const WEBP_PIXELS = ['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF']
const WEBP_SHOWN = [...WEBP_PIXELS, 'ICCP']
/** Those within a frame, and the bytes before them: the chunk's header, and place, size, duration and flags. */
const FRAME_PIXELS = ['VP8 ', 'VP8L', 'ALPH']
const ANMF_HEAD = 8 + 16

/**
 * The original as a layer: its own file without what is no pixel, where that is in a coding of layers, upright and in sRGB.
 * Undefined where it cannot be a layer.
 */
export async function originalLayer(
  picture: OpenPicture,
): Promise<{ readonly coding: PictureCoding; readonly file: Uint8Array } | undefined> {
  const { bytes, format, metadata, cicp } = picture
  const isPlain =
    isUpright(picture) && !metadata.hasProfile && cicp === undefined && (metadata.pages ?? 1) === 1
  if (!isPlain || metadata.depth === 'ushort' || metadata.space === 'cmyk') return undefined
  if (format === 'png') {
    const file = await onlyPixels(keepPngChunks(bytes, PNG_PIXELS)).catch(() => undefined)
    return file && { coding: 'png', file }
  }
  if (format === 'webp') return { coding: 'webp', file: keepWebpChunks(bytes, WEBP_PIXELS) }
  return format === 'avif' && isBareAvif(bytes) ? { coding: 'avif', file: bytes } : undefined
}

/**
 * The original without EXIF, XMP, comments and thumbnails; its pixels and its profile are as they were.
 * @throws StrataError INPUT_UNSUPPORTED where it has to be turned, or is no JPEG, PNG or WebP
 */
export function originalWithoutMetadata(picture: OpenPicture): Uint8Array<ArrayBuffer> {
  const { bytes, format } = picture
  if (!isUpright(picture)) throw refused('an upright picture', 'one that EXIF says to turn')
  if (format === 'png') return keepPngChunks(bytes, PNG_SHOWN)
  if (format === 'webp') return keepWebpChunks(bytes, WEBP_SHOWN)
  if (format === 'jpeg') return keepJpegSegments(bytes)
  throw refused('a JPEG, PNG or WebP', format)
}

function isUpright({ metadata }: OpenPicture): boolean {
  return (metadata.orientation ?? 1) === 1
}

function refused(expected: string, actual: string): StrataError {
  return new StrataError('INPUT_UNSUPPORTED', `f=original: expected ${expected}, got ${actual}`)
}

/** What comes after IEND is left out. Missing or wrong checksums are made right. */
function keepPngChunks(bytes: Uint8Array, kept: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = [bytes.subarray(0, 8)]
  const view = dataView(bytes)
  for (let at = 8; at + 8 <= bytes.length; ) {
    const end = Math.min(at + 12 + view.getUint32(at), bytes.length)
    const type = nameAt(bytes, at + 4)
    if (kept.includes(type)) parts.push(withChecksum(bytes.slice(at, end)))
    if (type === 'IEND') break
    at = end
  }
  return concat(parts)
}

function withChecksum(chunk: Uint8Array): Uint8Array {
  if (chunk.length >= 12)
    dataView(chunk).setUint32(chunk.length - 4, crc32(chunk.subarray(4, chunk.length - 4)))
  return chunk
}

function keepWebpChunks(bytes: Uint8Array, kept: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let flags: Uint8Array | undefined
  for (const chunk of webpChunks(bytes)) {
    const type = nameAt(chunk, 0)
    if (type === 'VP8X') {
      flags = chunk.slice()
      parts.push(flags)
    } else if (type === 'ANMF' && kept.includes(type)) parts.push(withPixelsOnly(chunk))
    else if (kept.includes(type)) parts.push(chunk)
  }
  // Without metadata a still needs no VP8X; RFC 9649 §2.7.1 allows it, and its alpha flag tells readers what comes.
  const [profile, exif, xmp] = [0x20, 0x08, 0x04]
  if (flags) flags[8] = flags[8]! & ~(exif | xmp | (kept.includes('ICCP') ? 0 : profile))
  const body = concat(parts)
  const head = new Uint8Array(12)
  head.set(bytes.subarray(0, 12))
  dataView(head).setUint32(4, body.length + 4, true)
  return concat([head, body])
}

/** A frame without the chunks that readers do not know (RFC 9649 §2.7.1.1). */
function withPixelsOnly(frame: Uint8Array): Uint8Array {
  const pixels = [...webpChunks(frame, ANMF_HEAD)].filter((chunk) => FRAME_PIXELS.includes(nameAt(chunk, 0)))
  const whole = concat([frame.subarray(0, ANMF_HEAD), ...pixels])
  dataView(whole).setUint32(4, whole.length - 8, true)
  return whole
}

/** Chunks of a WebP, each with its header and its padding. */
export function* webpChunks(bytes: Uint8Array, from = 12): Generator<Uint8Array> {
  const view = dataView(bytes)
  for (let at = from; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true)
    const end = Math.min(at + 8 + length + (length & 1), bytes.length)
    yield bytes.subarray(at, end)
    at = end
  }
}

/**
 * Segments and scans of a JPEG (ITU-T T.81 §B.1), without APP1 to APP15 and comments, wherever they stand. The profile (APP2)
 * and Adobe's segment (APP14), which says how the colours are stored, stay; so does JFIF's without its thumbnail. Decoders
 * pass over bytes between segments, so metadata may stand behind them: such bytes are left out. So is what phones append:
 * films, depth maps, a second picture. An unknown segment, a second frame, or a segment that is longer than the file ends the
 * copy, without EOI.
 */
function keepJpegSegments(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts = [bytes.subarray(0, 2)]
  const view = dataView(bytes)
  /** Segments since the last scan: behind the very last one there is nothing that pixels need. */
  let pending: Uint8Array[] = []
  let hasFrame = false
  for (let at = nextMarker(bytes, 2); at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1]!
    if (marker === 0xd9) return concat([...parts, bytes.subarray(at, at + 2)])
    const end = at + 4 <= bytes.length ? at + 2 + view.getUint16(at + 2) : Number.POSITIVE_INFINITY
    if (!isKnown(marker) || end > bytes.length || (hasFrame && isFrame(marker))) break
    hasFrame ||= isFrame(marker)
    const segment = bytes.subarray(at, end)
    if (isShown(marker, segment)) pending.push(marker === 0xe0 ? withoutThumbnail(segment) : segment)
    at = nextMarker(bytes, end)
    if (marker !== 0xda) continue
    parts.push(...pending, bytes.subarray(end, at))
    pending = []
  }
  return concat(parts)
}

/**
 * Where the next marker begins, or the picture ends. Padding, stuffed bytes, TEM and restarts have no length, and neither has a
 * byte of a scan.
 */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const marker = bytes[at] === 0xff ? bytes[at + 1]! : 0
    if (marker > 0x01 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd8)) return at
  }
  return bytes.length
}

/** ITU-T T.81 table B.1: SOF0 to SOF15 but DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** Frames, tables for Huffman and arithmetic coding, scans, quantization, restarts, APP0 to APP15 and comments. */
function isKnown(marker: number): boolean {
  if (isFrame(marker) || (marker >= 0xe0 && marker <= 0xef)) return true
  return [0xc4, 0xcc, 0xda, 0xdb, 0xdd, 0xfe].includes(marker)
}

function isShown(marker: number, segment: Uint8Array): boolean {
  const starts = (text: string) => nameAt(segment, 4, text.length) === text
  if (marker === 0xe0) return starts('JFIF\0')
  if (marker === 0xe2) return starts('ICC_PROFILE\0')
  if (marker === 0xee) return starts('Adobe')
  return marker !== 0xfe && (marker < 0xe0 || marker > 0xef)
}

function withoutThumbnail(jfif: Uint8Array): Uint8Array {
  const bare = jfif.slice(0, 18)
  bare.set([0, 16], 2)
  bare.set([0, 0], 16)
  return bare
}

/** Whether an AVIF has neither EXIF, XMP nor a transform; its boxes' names are looked for, in the header alone. */
function isBareAvif(bytes: Uint8Array): boolean {
  const header = String.fromCharCode(...bytes.subarray(0, 4096))
  return !/Exif|mime|irot|imir|clap|avis/.test(header)
}

function nameAt(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}
