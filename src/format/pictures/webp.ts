import type { Size } from '../../core/box.ts'
import { concat, dataView } from '../../core/bytes.ts'

/*
 * The container of WebP (RFC 9649): enough to know the size of a picture before it is decoded, and to take the first
 * frame out of an animation.
 */

interface WebpHeader extends Size {
  readonly animated: boolean
}

/** A frame of an animation as a separate file, and its position on the canvas. */
interface WebpFrame extends Size {
  readonly left: number
  readonly top: number
  readonly file: Uint8Array
}

/** Offset of the first chunk, behind `RIFF`, the length and `WEBP`. */
const FIRST_CHUNK = 12
const CHUNK_HEAD = 8
/** Flag bits of VP8X (RFC 9649 §2.7.1). */
const HAS_ALPHA = 0x10
const IS_ANIMATED = 0x02
const VP8X_BYTES = 10
/** Bytes of an ANMF chunk in front of the frame's own chunks, §2.7.1.2. */
const FRAME_HEAD = 16

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
  /** Where the next chunk begins. */
  readonly next: number
}

/**
 * Reads the size that a file declares; for an animation, that of its canvas. Returns undefined for anything but a WebP
 * file.
 */
export function readWebpHeader(file: Uint8Array): WebpHeader | undefined {
  if (tag(file, 0) !== 'RIFF' || tag(file, 8) !== 'WEBP') return undefined
  const chunk = chunkAt(file, FIRST_CHUNK)
  if (chunk?.type !== 'VP8X') return chunk && still(sizeOfFrame(chunk))
  if (chunk.data.length < VP8X_BYTES) return undefined
  const size = { width: 1 + uint24(chunk.data, 4), height: 1 + uint24(chunk.data, 7) }
  return { ...size, animated: (chunk.data[0]! & IS_ANIMATED) !== 0 }
}

/**
 * The first frame of an animation.
 * @returns undefined when the file has no frame, or the size of the frame differs from its header
 */
export function firstWebpFrame(file: Uint8Array): WebpFrame | undefined {
  let chunk = chunkAt(file, FIRST_CHUNK)
  while (chunk && chunk.type !== 'ANMF') chunk = chunkAt(file, chunk.next)
  if (chunk === undefined || chunk.data.length < FRAME_HEAD) return undefined
  const { data } = chunk
  const [width, height] = [1 + uint24(data, 6), 1 + uint24(data, 9)]
  const inner = data.subarray(FRAME_HEAD)
  const picture = frameChunk(inner)
  const size = picture && sizeOfFrame(picture)
  if (size?.width !== width || size.height !== height) return undefined
  const place = { left: 2 * uint24(data, 0), top: 2 * uint24(data, 3) }
  return { width, height, ...place, file: wrapped(inner, width, height) }
}

/** The chunk of a frame that holds its pixels; an ALPH chunk may come before it. */
function frameChunk(chunks: Uint8Array): Chunk | undefined {
  let chunk = chunkAt(chunks, 0)
  while (chunk && chunk.type !== 'VP8 ' && chunk.type !== 'VP8L') chunk = chunkAt(chunks, chunk.next)
  return chunk
}

/** Makes a still file from a frame's chunks. */
function wrapped(chunks: Uint8Array, width: number, height: number): Uint8Array {
  const head = new Uint8Array(FIRST_CHUNK + CHUNK_HEAD + VP8X_BYTES)
  const view = dataView(head)
  head.set(new TextEncoder().encode('RIFF'))
  view.setUint32(4, head.length - 8 + chunks.length, true)
  head.set(new TextEncoder().encode('WEBPVP8X'), 8)
  view.setUint32(16, VP8X_BYTES, true)
  head[20] = HAS_ALPHA
  view.setUint32(24, width - 1, true)
  head[27] = (height - 1) & 0xff
  view.setUint16(28, (height - 1) >> 8, true)
  return concat([head, chunks])
}

/** Reads the size in the bitstream: VP8 in RFC 6386 §9.1, VP8L in RFC 9649 §3.4. */
function sizeOfFrame({ type, data }: Chunk): Size | undefined {
  if (type === 'VP8 ' && data.length >= 10 && data[3] === 0x9d && data[4] === 0x01 && data[5] === 0x2a) {
    return { width: uint16(data, 6) & 0x3fff, height: uint16(data, 8) & 0x3fff }
  }
  if (type !== 'VP8L' || data.length < 5 || data[0] !== 0x2f) return undefined
  const bits = dataView(data).getUint32(1, true)
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
}

function still(size: Size | undefined): WebpHeader | undefined {
  return size && { ...size, animated: false }
}

/** Reads the chunk at `at`; its data is shorter than declared when the file is cut. */
function chunkAt(bytes: Uint8Array, at: number): Chunk | undefined {
  if (at + CHUNK_HEAD > bytes.length) return undefined
  const length = dataView(bytes).getUint32(at + 4, true)
  const start = at + CHUNK_HEAD
  const data = bytes.subarray(start, Math.min(bytes.length, start + length))
  return { type: tag(bytes, at), data, next: start + length + (length & 1) }
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8)
}

function uint24(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) | (bytes[at + 2]! << 16)
}
